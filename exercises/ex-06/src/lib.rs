//! Exercise 6: use all cores, also where the pieces are unequal.
//!
//! - Page: Using all cores
//! - Task: `count_primes` gives each thread its share beforehand. If one segment takes long, the
//!   rest of its share waits for it while other threads are idle. Let each thread take the next
//!   segment as soon as it is free.
//! - Checked: that all other segments are counted while one takes long, that `workers` threads
//!   compute and no more, and that each segment is counted once.
//! - Fails with: `12 of the 15 others were counted meanwhile; wanted: all`
//! - Hint: a shared counter, as in exercise 3; or a rayon pool of `workers` threads, whose
//!   `par_iter` needs `with_max_len(1)` here: otherwise a thread keeps a few neighbours of its
//!   piece.

use std::{ops::Range, thread};

/// Counts the primes in all segments, on so many threads. `count` computes, and takes longer for
/// some segments than for others.
pub fn count_primes(
    segments: &[Range<u64>],
    workers: usize,
    count: impl Fn(&Range<u64>) -> u64 + Sync,
) -> u64 {
    let count = &count;
    let share = segments.len().div_ceil(workers).max(1);
    thread::scope(|scope| {
        let shares = segments.chunks(share);
        let threads: Vec<_> =
            shares.map(|share| scope.spawn(move || share.iter().map(count).sum::<u64>())).collect();
        threads.into_iter().map(|thread| thread.join().expect("no count panics")).sum()
    })
}
