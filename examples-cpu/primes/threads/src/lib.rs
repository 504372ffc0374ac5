//! Counts primes on threads of the standard library.
//!
//! ```sh
//! cargo run --release -p primes-threads
//! ```
//!
//! Unlike *sequential*, it starts a thread per worker. Rust has no global interpreter lock, so each
//! of them can compute on its own core.

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use anyhow::{Context, Result};
use harness::Limits;
use primes_workload::{Buffer, Sieve};

/// Counts the primes below a number, on `limits.workers` threads.
pub fn count_primes(below: u64, limits: Limits) -> Result<u64> {
    let sieve = Sieve::new(below);
    let next = AtomicUsize::new(0);
    let count = || {
        let mut buffer = Buffer::default();
        let mut primes = 0;
        // Each thread takes the next segment that is left. `fetch_add` gives each index to one
        // thread only, and no other data depends on it, so `Relaxed` ordering suffices.
        while let Some(segment) = sieve.segments().nth(next.fetch_add(1, Ordering::Relaxed)) {
            primes += sieve.count(segment, &mut buffer);
        }
        primes
    };
    // The scope waits for all its threads, so they may borrow the sieve.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..limits.workers.min(sieve.segments().len()))
            .map(|_| thread::Builder::new().spawn_scoped(scope, count))
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        Ok(threads.into_iter().map(|thread| thread.join().expect("no count panics")).sum())
    })
}
