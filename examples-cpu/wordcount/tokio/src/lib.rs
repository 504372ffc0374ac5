//! Counts words in async tasks on tokio.
//!
//! ```sh
//! cargo run --release -p wordcount-tokio
//! cargo run --release -p wordcount-tokio -- --workers 1
//! ```
//!
//! Unlike *sequential*, it spawns a task per worker. Each counts into its own map: with a map per
//! piece, there would be as many merges as pieces. The gain comes from the threads of the runtime:
//! with one thread async gains nothing, because a task that computes has no wait that another could
//! use.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::Result;
use harness::Limits;
use tokio::task;
use wordcount_workload::{Counts, Text};

/// Counts the words of a text, on the threads of the runtime that calls it.
pub async fn count_words(text: &Text, limits: Limits) -> Result<Counts> {
    // A task may outlive its caller, so it can't borrow. An `Arc` lets all tasks own the text.
    let text = Arc::new(text.clone());
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::with_capacity(limits.workers);
    for _ in 0..limits.workers.min(text.pieces().len()) {
        let (text, next) = (text.clone(), next.clone());
        tasks.push(task::spawn(async move {
            let mut counts = Counts::default();
            // Each task takes the next piece that is left. `fetch_add` gives each index to one task
            // only, and no other data depends on it, so `Relaxed` ordering suffices.
            while let Some(piece) = text.pieces().nth(next.fetch_add(1, Ordering::Relaxed)) {
                text.count(piece, &mut counts);
                // Only here do other tasks of this thread get their turn.
                task::yield_now().await;
            }
            counts
        }));
    }
    // The tasks run whether or not anybody waits for them; here their maps are merged.
    let mut total = Counts::default();
    for task in tasks {
        total.merge(task.await?);
    }
    Ok(total)
}
