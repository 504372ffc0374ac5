//! A counter of its own for each worker, and one addition per worker at the end.

use crate::workers::{on_threads, one};

/// Counts so many events per worker.
pub(crate) fn count(workers: usize, each: u64) -> u64 {
    let counts = on_threads(workers, |_| {
        let mut counter = 0;
        for _ in 0..each {
            // A plain addition to a local variable, which no other thread can see.
            counter += one();
        }
        counter
    });
    counts.into_iter().sum()
}
