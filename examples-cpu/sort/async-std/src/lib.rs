//! Sorts in async tasks on async-std, which is discontinued: start nothing new on it.
//!
//! ```sh
//! cargo run --release -p sort-async-std
//! cargo run --release -p sort-async-std -- --workers 1
//! ```
//!
//! Unlike *sequential*, it has a task sort each half, and again, until there is a share for each
//! worker. What helps is that the runtime runs the tasks on several threads. A task may outlive
//! whoever spawned it, so it can't borrow, as a thread in a scope can: it owns what it sorts. The two
//! halves that it is cut into are owned, too, and yet remain where they are in memory.

use std::pin::Pin;

use anyhow::Result;
use async_std::task;
use harness::Limits;
use sort_workload::{Item, Merge, Neighbours, Share};

/// Sorts items, stably, on the threads of the runtime that calls it.
pub async fn merge_sort<T: Item>(items: Vec<T>, how: Merge, limits: Limits) -> Result<Vec<T>> {
    let sorted = task::spawn(sort(Share::new(items, how), limits.workers));
    sorted.await?.into_items()
}

/// A future that contained itself would have no end, so one that is recursive is put into a box.
type Sorting<T> = Pin<Box<dyn Future<Output = Result<Share<T>>> + Send>>;

fn sort<T: Item>(share: Share<T>, workers: usize) -> Sorting<T> {
    Box::pin(async move {
        if workers == 1 || share.is_run() {
            // There is no `.await` in here: once begun, it keeps its thread to the end.
            return Ok(share.sort_alone());
        }
        let (left, right) = share.halves();
        let left = task::spawn(sort(left, workers / 2));
        let right = task::spawn(sort(right, workers - workers / 2));
        // This task waits for both, and leaves its thread to them.
        merge(left.await?, right.await?, workers).await
    })
}

async fn merge<T: Item>(left: Share<T>, right: Share<T>, workers: usize) -> Result<Share<T>> {
    let (neighbours, cuts) = Neighbours::cut(left, right, workers)?;
    // All tasks read the same two halves, and each writes to memory of its own.
    let tasks: Vec<_> =
        cuts.into_iter().map(|cut| task::spawn(async move { cut.merge_alone() })).collect();
    let mut merged = Vec::with_capacity(tasks.len());
    for task in tasks {
        merged.push(task.await);
    }
    neighbours.join(merged)
}
