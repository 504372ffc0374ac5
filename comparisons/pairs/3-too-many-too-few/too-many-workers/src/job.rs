//! What is computed.

use std::{hint::black_box, thread};

use pair::Unit;

/// The size of a table, in bytes.
pub(crate) const TABLE: usize = 4 * 1024 * 1024;

/// How many threads can compute at the same time, as far as the system tells.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// A piece that needs registers only. It is job 1 or a later one.
pub(crate) fn plain(piece: usize) {
    Unit::begin(1 + piece).run(|| count(2_500_000));
}

/// A piece that reads and writes all over a table of its own.
pub(crate) fn with_table(piece: usize) {
    Unit::begin(1 + piece).run(|| {
        let mut table = vec![1_u64; TABLE / size_of::<u64>()];
        let mut random = 1 + piece as u64;
        for _ in 0..1_000_000 {
            // A step of xorshift, with the shifts of Marsaglia's paper of 2003.
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let place = (random >> 40) as usize % table.len();
            table[place] = table[place].wrapping_add(random);
        }
        black_box(table);
    });
}

/// A piece of one step of many.
pub(crate) fn short(_: usize) {
    count(500);
}

/// Counts, one after the other.
pub(crate) fn count(steps: u64) {
    black_box((0..steps).fold(1, |sum, step| black_box(sum * 3 + step) % 1_000_003));
}
