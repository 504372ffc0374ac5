//! Counts words in async tasks on smol.
//!
//! ```sh
//! cargo run --release -p wordcount-smol
//! cargo run --release -p wordcount-smol -- --workers 1
//! ```
//!
//! Unlike *sequential*, it spawns a task per worker. Each has a map of its own to count into: one
//! per piece would have to be merged as often as there are pieces. What helps is that the executor
//! runs the tasks on several threads: with one of them, async gains nothing, since a task that
//! computes has no wait that another could use.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::Result;
use harness::Limits;
use smol::{Executor, future};
use wordcount_workload::{Counts, Text};

/// The executor, which runs its tasks on whichever threads are lent to it.
pub static EXECUTOR: Executor = Executor::new();

/// Counts the words of a text, on the threads that run the executor.
pub async fn count_words(text: &Text, limits: Limits) -> Result<Counts> {
    // A task may outlive its caller, so it cannot borrow.
    let text = Arc::new(text.clone());
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::with_capacity(limits.workers);
    for _ in 0..limits.workers.min(text.pieces().len()) {
        let (text, next) = (text.clone(), next.clone());
        tasks.push(EXECUTOR.spawn(async move {
            let mut counts = Counts::default();
            // Every task takes the next piece that none has taken yet. `fetch_add` gives each index
            // to one task only, and nothing else depends on its order: relaxed suffices.
            while let Some(piece) = text.pieces().nth(next.fetch_add(1, Ordering::Relaxed)) {
                text.count(piece, &mut counts);
                // Here, and nowhere else, other tasks of this thread have their turn.
                future::yield_now().await;
            }
            counts
        }));
    }
    // The tasks run whether or not anybody waits for them; here their maps are merged.
    let mut total = Counts::default();
    for task in tasks {
        total.merge(task.await);
    }
    Ok(total)
}
