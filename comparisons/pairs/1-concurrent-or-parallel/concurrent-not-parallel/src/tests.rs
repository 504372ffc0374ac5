//! On one thread, and in one task, all requests wait together and one computes at a time.

use std::io;

use crate::{
    job::{COMPUTING, WAITING},
    joined, right, threads, wrong,
};

const REQUESTS: usize = 4;

/// The most that were waiting, and the most that were computing.
fn peaks(answer_all: fn(usize) -> io::Result<Vec<usize>>) -> (usize, usize) {
    let answers = answer_all(REQUESTS).expect("there is memory for it");
    assert_eq!(answers, [41_538; REQUESTS], "the primes below 500,000");
    (WAITING.take_peak(), COMPUTING.take_peak())
}

// One test, since what is inside is counted for the whole program.
#[test]
fn only_threads_compute_in_parallel() {
    assert_eq!(peaks(wrong::answer_all), (REQUESTS, 1));
    assert_eq!(peaks(joined::answer_all), (REQUESTS, 1));
    // The kernel decides when a thread runs, so that they may miss each other once, but not always.
    assert!((0..20).any(|_| peaks(right::answer_all).1 == 2));
    assert!((0..20).any(|_| peaks(threads::answer_all).1 > 1));
}
