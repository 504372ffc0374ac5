//! Counts primes on rayon's pool of threads.
//!
//! ```sh
//! cargo run --release -p primes-rayon
//! ```
//!
//! Unlike *sequential*, it iterates in parallel: rayon splits the segments among the threads of its
//! pool, and a thread that has done its share steals from one that has not.

use anyhow::Result;
use harness::Limits;
use primes_workload::{Buffer, Sieve};
use rayon::prelude::*;

/// Counts the primes below a number, on the threads of the pool that calls it.
pub fn count_primes(below: u64, _limits: Limits) -> Result<u64> {
    let sieve = Sieve::new(below);
    let segments = sieve.segments().into_par_iter();
    // `map_init` makes a buffer for each share of the segments, not for each segment.
    Ok(segments.map_init(Buffer::default, |buffer, segment| sieve.count(segment, buffer)).sum())
}
