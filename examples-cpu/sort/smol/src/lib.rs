//! Sorts in async tasks on smol.
//!
//! ```sh
//! cargo run --release -p sort-smol
//! cargo run --release -p sort-smol -- --workers 1
//! ```
//!
//! Unlike *sequential*, it has a task sort each half, and again, until there is a share for each
//! worker. What helps is that the executor runs the tasks on several threads. A task may outlive
//! whoever spawned it, so it can't borrow, as a thread in a scope can: it owns what it sorts. Halves
//! that are owned are apart in memory, and to part and join them some items have to be copied.

use std::{pin::Pin, sync::Arc};

use anyhow::{Context, Result};
use harness::Limits;
use smol::Executor;
use sort_workload::{Item, Merge, Neighbours, Share};

/// The executor, which runs its tasks on whichever threads are lent to it.
pub static EXECUTOR: Executor = Executor::new();

/// Sorts items, stably, on the threads that run the executor.
pub async fn merge_sort<T: Item>(items: Vec<T>, how: Merge, limits: Limits) -> Result<Vec<T>> {
    let sorted = EXECUTOR.spawn(sort(Share::new(items, how), limits.workers));
    Ok(sorted.await?.into_items())
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
        let left = EXECUTOR.spawn(sort(left, workers / 2));
        let right = EXECUTOR.spawn(sort(right, workers - workers / 2));
        // This task waits for both, and leaves its thread to them.
        merge(left.await?, right.await?, workers).await
    })
}

async fn merge<T: Item>(left: Share<T>, right: Share<T>, workers: usize) -> Result<Share<T>> {
    let mut neighbours = Neighbours::new(left, right);
    let cuts = neighbours.cuts(workers);
    // All tasks read the same two halves, and each writes a vector of its own.
    let neighbours = Arc::new(neighbours);
    let mut tasks = Vec::with_capacity(cuts.len());
    for cut in cuts {
        let neighbours = neighbours.clone();
        tasks.push(EXECUTOR.spawn(async move { neighbours.merge_alone(cut) }));
    }
    let mut parts = Vec::with_capacity(tasks.len());
    for task in tasks {
        parts.push(task.await);
    }
    let neighbours = Arc::into_inner(neighbours).context("a task still has the halves")?;
    Ok(neighbours.join(parts))
}
