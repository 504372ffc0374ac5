//! One atomic counter for all workers.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::workers::{on_threads, one};

/// Counts so many events per worker.
pub(crate) fn count(workers: usize, each: u64) -> u64 {
    let counter = AtomicU64::new(0);
    on_threads(workers, |_| {
        for _ in 0..each {
            // Nobody waits for a lock, and still the cache line goes from core to core. Nothing
            // else in memory depends on the counter, so relaxed additions suffice.
            counter.fetch_add(one(), Ordering::Relaxed);
        }
    });
    counter.into_inner()
}
