//! The work on a number, which is little.

use std::ops::Range;

use pair::Unit;

/// Works on some numbers, and adds up the results.
pub(crate) type Work = fn(Range<usize>) -> u64;

/// A plain loop over the numbers. Each takes a tenth of a microsecond or so.
pub(crate) fn add_up(numbers: Range<usize>) -> u64 {
    numbers.map(|number| mix(1 + number as u64) & 0xff).sum()
}

/// The same, so that the timeline shows it.
pub(crate) fn add_up_marked(numbers: Range<usize>) -> u64 {
    Unit::begin(numbers.start).run(|| add_up(numbers))
}

/// Eighty steps of xorshift, with the shifts of Marsaglia's paper of 2003.
fn mix(number: u64) -> u64 {
    (0..80).fold(number, |mut number, _| {
        number ^= number << 13;
        number ^= number >> 7;
        number ^ (number << 17)
    })
}

/// The numbers in chunks of this size. The last one may be smaller.
pub(crate) fn chunks(numbers: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    let end = numbers.end;
    numbers.step_by(size).map(move |start| start..end.min(start + size))
}
