//! What a number costs, by the size of the chunks.

use std::{
    hint::black_box,
    ops::Range,
    time::{Duration, Instant},
};

/// The sizes of chunks that are tried.
pub(crate) const SIZES: [usize; 5] = [1, 10, 100, 1_000, 10_000];

/// The number of numbers. A loop over them is done before the system gives its core to another.
const NUMBERS: usize = 20_000;

/// How long each is tried again and again. The shortest time counts: others can only add to it.
const TRIED: Duration = Duration::from_millis(100);

/// The time for a number, in nanoseconds, when `way` works on numbers in this many chunks at most.
pub(crate) fn of_a_number(size: usize, most: usize, way: impl Fn(Range<usize>) -> u64) -> f64 {
    let numbers = NUMBERS.min(size.saturating_mul(most));
    let (first, mut shortest) = (Instant::now(), Duration::MAX);
    while first.elapsed() < TRIED {
        let start = Instant::now();
        black_box(way(black_box(0..numbers)));
        shortest = shortest.min(start.elapsed());
    }
    shortest.as_secs_f64() * 1e9 / numbers as f64
}

/// In how many of the sizes a number costs at least a tenth less than in a plain loop.
pub(crate) fn sizes_that_repay(prices: &[f64], alone: f64) -> String {
    let repay = prices.iter().filter(|&&price| price < 0.9 * alone).count();
    format!("{repay} of {}", prices.len())
}
