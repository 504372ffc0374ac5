//! Sorts in async tasks on smol.
//!
//! ```sh
//! cargo run --release -p sort-smol
//! cargo run --release -p sort-smol -- --workers 1
//! ```
//!
//! Unlike *sequential*, it spawns a task for each half, and again for their halves, until there is
//! a share for each worker. The gain comes from the threads of the executor. A task may outlive the
//! one that spawned it, so unlike a thread in a scope it can't borrow: it owns the items that it
//! sorts. Cutting them into two halves gives each half an owner, but moves nothing in memory.

use std::pin::Pin;

use anyhow::Result;
use harness::Limits;
use smol::Executor;
use sort_workload::{Item, Merge, Neighbours, Share};

/// The executor. It runs its tasks on the threads that call `run`.
pub static EXECUTOR: Executor = Executor::new();

/// Sorts items, stably, on the threads that run the executor.
pub async fn merge_sort<T: Item>(items: Vec<T>, how: Merge, limits: Limits) -> Result<Vec<T>> {
    let sorted = EXECUTOR.spawn(sort(Share::new(items, how), limits.workers));
    sorted.await?.into_items()
}

/// A recursive future would contain itself and have no finite size, so it is put into a box.
type Sorting<T> = Pin<Box<dyn Future<Output = Result<Share<T>>> + Send>>;

fn sort<T: Item>(share: Share<T>, workers: usize) -> Sorting<T> {
    Box::pin(async move {
        if workers == 1 || share.is_run() {
            // There is no `.await` in here: once it has begun, it keeps its thread to the end.
            return Ok(share.sort_alone());
        }
        let (left, right) = share.halves();
        let left = EXECUTOR.spawn(sort(left, workers / 2));
        let right = EXECUTOR.spawn(sort(right, workers - workers / 2));
        // While this task waits for both, its thread is free to run them.
        merge(left.await?, right.await?, workers).await
    })
}

async fn merge<T: Item>(left: Share<T>, right: Share<T>, workers: usize) -> Result<Share<T>> {
    let (neighbours, cuts) = Neighbours::cut(left, right, workers)?;
    // All tasks read the same two halves, and each writes to its own memory.
    let tasks: Vec<_> =
        cuts.into_iter().map(|cut| EXECUTOR.spawn(async move { cut.merge_alone() })).collect();
    let mut merged = Vec::with_capacity(tasks.len());
    for task in tasks {
        merged.push(task.await);
    }
    neighbours.join(merged)
}
