//! Counts primes in worker processes.
//!
//! ```sh
//! cargo run --release -p primes-processes
//! ```
//!
//! Unlike *sequential*, it hands the segments to a pool of processes, as Python's
//! `multiprocessing.Pool` would. Python needs processes for this, because its interpreter lock lets
//! only one thread compute at a time; in Rust threads do the same for less. The advantage of a
//! process: if it crashes, it takes only its current job with it.

use anyhow::Result;
use harness::{
    Limits,
    pool::{JobError, Pool},
};
use primes_workload::{Buffer, Sieve};

/// Counts the primes below a number, in `limits.workers` processes.
pub fn count_primes(below: u64, limits: Limits) -> Result<u64> {
    let segments: Vec<usize> = Sieve::new(below).segments().collect();
    let mut pool = Pool::new(limits.workers, &below)?;
    // A free worker gets the next segment, so none is idle while there are some left.
    let counts: Vec<Result<u64, JobError>> = pool.map(&segments)?;
    // The pool is dropped at the end of this function, where it waits for its workers to end.
    Ok(counts.into_iter().sum::<Result<_, _>>()?)
}

/// What each worker process does: `main` hands this to the pool.
pub fn worker(below: u64) -> impl FnMut(usize) -> u64 {
    // Processes share no memory here, so each has its own sieve.
    let sieve = Sieve::new(below);
    let mut buffer = Buffer::default();
    move |segment| sieve.count(segment, &mut buffer)
}
