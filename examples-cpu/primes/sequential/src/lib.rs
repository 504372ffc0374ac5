//! Counts primes one segment after the other: the baseline of the row.
//!
//! ```sh
//! cargo run --release -p primes-sequential
//! ```

use anyhow::Result;
use harness::Limits;
use primes_workload::{Buffer, Sieve};

/// Counts the primes below a number, on one thread.
pub fn count_primes(below: u64, _limits: Limits) -> Result<u64> {
    let sieve = Sieve::new(below);
    let mut buffer = Buffer::default();
    // One core computes all the time, and the others have nothing to do.
    Ok(sieve.segments().map(|segment| sieve.count(segment, &mut buffer)).sum())
}
