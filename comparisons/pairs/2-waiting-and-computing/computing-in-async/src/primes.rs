//! The work: primes are counted block by block.

use std::hint::black_box;

use pair::Unit;

/// How many blocks there are.
pub(crate) const BLOCKS: u32 = 200;
/// How many numbers a block has.
const LENGTH: u32 = 5_000;

/// Counts the primes of a block, one division after the other.
pub(crate) fn primes_in(block: u32) -> usize {
    let start = black_box(block * LENGTH);
    let is_prime = |&n: &u32| n > 1 && (2..n).take_while(|d| d * d <= n).all(|d| n % d != 0);
    (start..start + LENGTH).filter(is_prime).count()
}

/// Marks work as that of connection 0.
pub(crate) fn counting(work: impl FnOnce() -> usize) -> usize {
    Unit::begin(0).run(work)
}
