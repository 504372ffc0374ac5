//! Counts primes on threads of the standard library.
//!
//! ```sh
//! cargo run --release -p primes-threads
//! ```
//!
//! Unlike *sequential*, it starts a thread per worker. Rust has no global lock that lets one thread
//! compute at a time, so each of them computes on a core of its own.

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
        // Every thread takes the next segment that none has taken yet. `fetch_add` gives each index
        // to one thread only, and nothing else depends on its order: relaxed suffices.
        while let Some(segment) = sieve.segments().nth(next.fetch_add(1, Ordering::Relaxed)) {
            primes += sieve.count(segment, &mut buffer);
        }
        primes
    };
    // The scope ends when all its threads have, so they may borrow the sieve.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..limits.workers.min(sieve.segments().len()))
            .map(|_| thread::Builder::new().spawn_scoped(scope, count))
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        Ok(threads.into_iter().map(|thread| thread.join().expect("no count panics")).sum())
    })
}
