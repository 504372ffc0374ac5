//! One atomic counter per worker, each with a cache line of its own.

use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_utils::CachePadded;

use crate::workers::{on_threads, one};

/// Counts so many events per worker.
pub(crate) fn count(workers: usize, each: u64) -> u64 {
    let counters: Vec<CachePadded<AtomicU64>> =
        (0..workers).map(|_| CachePadded::new(AtomicU64::new(0))).collect();
    on_threads(workers, |worker| {
        // Another thread can read this counter meanwhile, to show the progress for example.
        let counter: &AtomicU64 = &counters[worker];
        for _ in 0..each {
            counter.fetch_add(one(), Ordering::Relaxed);
        }
    });
    counters.into_iter().map(|counter| counter.into_inner().into_inner()).sum()
}
