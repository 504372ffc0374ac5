//! Exercise 6, solved: use all cores, also where the pieces are unequal.
//!
//! A counter that the threads take their next segment from does it as well; see exercise 3.

use std::ops::Range;

use rayon::{
    ThreadPoolBuilder,
    iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator},
};

/// Counts the primes in all segments, on so many threads. `count` computes, and takes longer for
/// some segments than for others.
pub fn count_primes(
    segments: &[Range<u64>],
    workers: usize,
    count: impl Fn(&Range<u64>) -> u64 + Sync,
) -> u64 {
    let pool = ThreadPoolBuilder::new().num_threads(workers).build();
    let pool = pool.expect("the system has room for so few threads");
    // A thread that has nothing left to do steals from another. Every segment is a piece of its
    // own, so none waits behind a long one.
    pool.install(|| segments.par_iter().with_max_len(1).map(&count).sum())
}
