//! One counter for all workers, behind a mutex.

use std::sync::Mutex;

use crate::workers::{on_threads, one};

/// Counts so many events per worker.
pub(crate) fn count(workers: usize, each: u64) -> u64 {
    let counter = Mutex::new(0);
    on_threads(workers, |_| {
        for _ in 0..each {
            // Every worker waits here for every other.
            *counter.lock().expect("nobody panics while holding it") += one();
        }
    });
    counter.into_inner().expect("nobody panicked while holding it")
}
