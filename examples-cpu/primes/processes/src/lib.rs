//! Counts primes in worker processes.
//!
//! ```sh
//! cargo run --release -p primes-processes
//! ```
//!
//! Unlike *sequential*, it hands the segments to a pool of processes, as Python's
//! `multiprocessing.Pool` would. Python needs processes for this, since its interpreter lock lets
//! one thread compute at a time; in Rust threads do the same for less. What processes have of
//! their own is that one of them may crash, and take nothing with it but the job in its hands.

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
    // A worker that is free gets the next segment, so none idles while there are some left.
    let counts: Vec<Result<u64, JobError>> = pool.map(&segments)?;
    // The pool is dropped at the end of this function, and waits there for its workers to end.
    Ok(counts.into_iter().sum::<Result<_, _>>()?)
}

/// What each worker process does: `main` hands this to the pool.
pub fn worker(below: u64) -> impl FnMut(usize) -> u64 {
    // What a process has in memory is its own, so each has its own sieve.
    let sieve = Sieve::new(below);
    let mut buffer = Buffer::default();
    move |segment| sieve.count(segment, &mut buffer)
}
