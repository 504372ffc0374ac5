//! Counts primes with a segmented sieve of Eratosthenes.
//!
//! A prime above 5 leaves the remainder 1, 7, 11, 13, 17, 19, 23 or 29 when divided by 30. The
//! sieve has one *plane* of bytes for each remainder: byte `k` of plane `r` stands for the number
//! `30 * k + r`. Multiples of 2, 3 and 5 have no byte, so they need no striking.
//!
//! If a prime `p` divides `30 * k + r`, the next number of that plane it divides is `30 * (k + p) +
//! r`. So `p` strikes every `p`-th byte in all planes; only the first strike differs. To find it,
//! let `i` be the inverse of 30 modulo `p`: `30 * i` leaves the remainder 1. Then `30 * (k + r *
//! i)` leaves the same remainder as `30 * k + r`. Because `p` does not divide 30, it divides `30 *
//! k + r` exactly when it divides `k + r * i`.
//!
//! Segments do not depend on each other. Workers may count them in any order: all share one
//! [`Sieve`], each owns one [`Buffer`], and the sum is always the same.

#![allow(clippy::cast_possible_truncation, reason = "every cast fits for bounds up to 10^12")]

use std::ops::Range;

use harness::unit::Unit;

/// The number of primes up to each power of ten, as `(10^k, count)`, to check results against.
///
/// The counts are those of [OEIS A006880](https://oeis.org/A006880).
pub const KNOWN: [(u64, u64); 13] = [
    (1, 0),
    (10, 4),
    (100, 25),
    (1_000, 168),
    (10_000, 1_229),
    (100_000, 9_592),
    (1_000_000, 78_498),
    (10_000_000, 664_579),
    (100_000_000, 5_761_455),
    (1_000_000_000, 50_847_534),
    (10_000_000_000, 455_052_511),
    (100_000_000_000, 4_118_054_813),
    (1_000_000_000_000, 37_607_912_018),
];

/// The largest bound: up to here every step of a strike fits into 32 bits.
pub const MOST: u64 = 1_000_000_000_000;

const REMAINDERS: [u64; 8] = [1, 7, 11, 13, 17, 19, 23, 29];

/// The primes with the most multiples are struck only once, in patterns that every block begins
/// with. The pattern of some primes repeats after as many bytes as their product.
const PATTERN_PRIMES: [[usize; 3]; 3] = [[7, 11, 13], [17, 19, 23], [29, 31, 37]];
/// The last of them.
const LAST_PATTERN_PRIME: usize = 37;

/// A block of this many bytes fits into the first-level cache of a core.
const MIN_BLOCK_LEN: usize = 32 * 1024;

/// More blocks would make fewer and longer segments; fewer would find first strikes more often.
const BLOCKS_PER_SEGMENT: usize = 8;

/// The scratch memory of one worker, reused from segment to segment.
#[derive(Debug, Default)]
pub struct Buffer {
    /// One block of a plane, where 1 means "not struck yet", and a spare byte after it.
    block: Vec<u8>,
    /// For each sieving prime, the distance from the start of the block to its next strike.
    next: Vec<u32>,
}

/// The plan shared by all workers: cheap to build, and never changed afterwards.
#[derive(Debug)]
pub struct Sieve {
    below: u64,
    block_len: usize,
    /// Every composite number less than `below` is a multiple of one of these primes. Those
    /// of the patterns are always among them.
    base_primes: Vec<u64>,
    /// The base primes above those of the patterns.
    sieving_primes: Vec<SievingPrime>,
    patterns: [Pattern; PATTERN_PRIMES.len()],
}

#[derive(Debug)]
struct Pattern {
    period: u64,
    inverse_of_30: u64,
    /// Long enough to take a whole block from any position in the first period.
    bytes: Vec<u8>,
}

#[derive(Debug)]
struct SievingPrime {
    prime: u32,
    inverse_of_30: u32,
    /// How often the prime strikes a block at least. It may strike once more.
    min_strikes: u32,
}

impl Sieve {
    /// Prepares to count the primes less than `below`.
    ///
    /// # Panics
    ///
    /// Panics if `below` is more than 10^12.
    #[must_use]
    pub fn new(below: u64) -> Self {
        assert!(below <= MOST, "{below} is more than 10^12");
        let root = below.isqrt() as usize;
        // Each prime visits every block, even those where it has nothing to strike. Blocks that
        // grow with the largest prime keep such visits rare.
        let block_len = MIN_BLOCK_LEN.max((root / 4).next_power_of_two());
        let base_primes = primes_up_to(root.max(LAST_PATTERN_PRIME));
        let after_patterns = base_primes.iter().filter(|&&prime| prime > LAST_PATTERN_PRIME as u64);
        let sieving_primes = after_patterns.map(|&prime| SievingPrime {
            prime: prime as u32,
            inverse_of_30: inverse_of_30(prime) as u32,
            min_strikes: (block_len as u64 / prime) as u32,
        });
        let sieving_primes = sieving_primes.collect();
        let patterns = PATTERN_PRIMES.map(|primes| Pattern::of(&primes, block_len));
        Self { below, block_len, base_primes, sieving_primes, patterns }
    }

    /// The indices of the segments, which together hold every number less than `below` once.
    #[must_use]
    pub fn segments(&self) -> Range<usize> {
        0..self.below.div_ceil(self.segment_len()) as usize
    }

    /// Counts the primes in the segment with this index: the unit of work.
    pub fn count(&self, segment: usize, buffer: &mut Buffer) -> u64 {
        Unit::begin(segment).run(|| {
            let start = segment as u64 * self.segment_len();
            self.count_range(start..self.below.min(start + self.segment_len()), buffer)
        })
    }

    /// Every segment has this length, except that the last one may be shorter.
    fn segment_len(&self) -> u64 {
        (30 * BLOCKS_PER_SEGMENT * self.block_len) as u64
    }

    /// Counts the primes in any range of numbers up to `below`.
    fn count_range(&self, Range { start, end }: Range<u64>, buffer: &mut Buffer) -> u64 {
        assert!(start <= end && end <= self.below, "{start}..{end} is not a range up to below");
        let mut survivors = 0;
        for remainder in REMAINDERS {
            // The first byte of the plane that stands for at least the given number.
            let byte_at = |number: u64| (number + 29 - remainder) / 30;
            survivors += self.count_survivors(remainder, byte_at(start)..byte_at(end), buffer);
        }
        // Base primes were struck as multiples of themselves. The number 1 survived, but it is
        // not a prime.
        let base_primes_below = |n| self.base_primes.partition_point(|&prime| prime < n) as u64;
        let base_primes = base_primes_below(end) - base_primes_below(start);
        survivors + base_primes - u64::from((start..end).contains(&1))
    }

    /// Counts the bytes of one plane that no base prime strikes.
    fn count_survivors(&self, remainder: u64, bytes: Range<u64>, buffer: &mut Buffer) -> u64 {
        let Buffer { block, next } = buffer;
        block.resize(self.block_len + 1, 0);
        next.clear();
        next.extend(self.sieving_primes.iter().map(|sieving| {
            let shifted = bytes.start + remainder * u64::from(sieving.inverse_of_30);
            (shifted.next_multiple_of(u64::from(sieving.prime)) - shifted) as u32
        }));
        let mut survivors = 0;
        for start in bytes.clone().step_by(self.block_len) {
            let [first, others @ ..] = &self.patterns;
            block[..self.block_len].copy_from_slice(first.at(start, remainder, self.block_len));
            for pattern in others {
                let pattern = pattern.at(start, remainder, self.block_len);
                block.iter_mut().zip(pattern).for_each(|(byte, pattern)| *byte &= pattern);
            }
            for (sieving, next) in self.sieving_primes.iter().zip(next.iter_mut()) {
                *next = strike(block, sieving, *next);
            }
            // The last block may reach past the end of the segment.
            let len = self.block_len.min((bytes.end - start) as usize);
            survivors += block[..len].chunks(128).map(sum_of_bytes).sum::<u64>();
        }
        survivors
    }
}

impl Pattern {
    fn of(primes: &[usize], block_len: usize) -> Self {
        let period: usize = primes.iter().product();
        let mut bytes = vec![1; period + block_len];
        for &prime in primes {
            bytes.iter_mut().step_by(prime).for_each(|byte| *byte = 0);
        }
        let period = period as u64;
        Self { period, inverse_of_30: inverse_of_30(period), bytes }
    }

    /// What a block of a plane looks like that begins with the byte `start`.
    fn at(&self, start: u64, remainder: u64, block_len: usize) -> &[u8] {
        let phase = (start + remainder * self.inverse_of_30) % self.period;
        &self.bytes[phase as usize..][..block_len]
    }
}

/// Strikes every multiple of a prime in a block, the first of them at `next`. Returns the
/// distance from the end of the block to the multiple after those.
fn strike(block: &mut [u8], sieving: &SievingPrime, next: u32) -> u32 {
    let (prime, mut next) = (sieving.prime as usize, next as usize);
    let spare = block.len() - 1;
    // Strikes in groups of four, which the compiler writes out one after the other, need only
    // a quarter of the loop's own bookkeeping.
    for _ in 0..sieving.min_strikes / 4 {
        for _ in 0..4 {
            block[next] = 0;
            next += prime;
        }
    }
    for _ in 0..sieving.min_strikes % 4 {
        block[next] = 0;
        next += prime;
    }
    // Whether the block holds one more multiple is as good as random, and the processor pays
    // more for a wrongly predicted branch than for a strike. So it always strikes once more,
    // without a branch: the spare byte takes the strike that would fall outside.
    block[next.min(spare)] = 0;
    next += if next < spare { prime } else { 0 };
    (next - spare) as u32
}

/// Adds up at most 255 bytes that are 0 or 1, so that the sum fits into a byte.
///
/// Small sums without overflow checks let the compiler add many bytes with each instruction.
fn sum_of_bytes(bytes: &[u8]) -> u64 {
    let sum: u8 = bytes.iter().fold(0, |sum, &byte| sum.wrapping_add(byte));
    u64::from(sum)
}

/// The inverse of 30 modulo `modulus`, which must not be divisible by 2, 3 or 5.
fn inverse_of_30(modulus: u64) -> u64 {
    // One of the first multiples of the modulus is 1 less than a multiple of 30.
    let mut multiple = modulus;
    while multiple % 30 != 29 {
        multiple += modulus;
    }
    (multiple + 1) / 30
}

/// All primes up to `limit`, found by the plain sieve of Eratosthenes.
fn primes_up_to(limit: usize) -> Vec<u64> {
    let mut is_prime = vec![true; limit + 1];
    let mut primes = Vec::new();
    for number in 2..=limit {
        if is_prime[number] {
            primes.push(number as u64);
            let multiples = is_prime.iter_mut().step_by(number);
            multiples.for_each(|flag| *flag = false);
        }
    }
    primes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count_below(below: u64) -> u64 {
        let sieve = Sieve::new(below);
        let mut buffer = Buffer::default();
        sieve.segments().map(|segment| sieve.count(segment, &mut buffer)).sum()
    }

    fn is_prime(number: u64) -> bool {
        let mut odd_divisors = (3..=number.isqrt()).step_by(2);
        let is_odd_prime = number > 2
            && number % 2 == 1
            && odd_divisors.all(|divisor| !number.is_multiple_of(divisor));
        number == 2 || is_odd_prime
    }

    fn count_by_trial_division(range: Range<u64>) -> u64 {
        range.filter(|&number| is_prime(number)).count() as u64
    }

    #[test]
    fn powers_of_ten_match_the_known_counts() {
        for (power, count) in &KNOWN[..9] {
            assert_eq!(count_below(power + 1), *count, "up to {power}");
        }
    }

    #[test]
    fn small_bounds_match_trial_division() {
        let mut expected = 0;
        for below in 0..=2000 {
            assert_eq!(count_below(below), expected, "below {below}");
            expected += u64::from(is_prime(below));
        }
    }

    #[test]
    fn each_segment_matches_trial_division() {
        let sieve = Sieve::new(8_000_000);
        let mut buffer = Buffer::default();
        assert_eq!(sieve.segments(), 0..2);
        let border = sieve.segment_len();
        assert_eq!(sieve.count(0, &mut buffer), count_by_trial_division(0..border));
        assert_eq!(sieve.count(1, &mut buffer), count_by_trial_division(border..8_000_000));
    }

    #[test]
    fn the_segments_reach_the_bound_and_not_beyond() {
        for below in [0, 1, 30, 7_864_319, 7_864_320, 7_864_321, 1_000_000_000, 1_000_000_000_000] {
            let sieve = Sieve::new(below);
            let segments = sieve.segments().len() as u64;
            assert!(segments * sieve.segment_len() >= below);
            assert!(segments == 0 || (segments - 1) * sieve.segment_len() < below);
        }
    }

    #[test]
    fn any_split_in_any_order_adds_up() {
        let sieve = Sieve::new(30_000_000);
        let mut buffer = Buffer::default();
        let cuts = [0, 1, 2, 3, 17, 31, 169, 170, 5_000_011, 7_864_320, 20_000_003, 30_000_000];
        let mut sum = 0;
        for cut in cuts.windows(2).rev() {
            let reused = sieve.count_range(cut[0]..cut[1], &mut buffer);
            let fresh = sieve.count_range(cut[0]..cut[1], &mut Buffer::default());
            assert_eq!(reused, fresh, "{cut:?}");
            sum += reused;
        }
        assert_eq!(sum, count_below(30_000_000));
        assert_eq!(sieve.count_range(5..5, &mut buffer), 0);
    }

    #[test]
    fn one_buffer_serves_different_sieves() {
        let mut buffer = Buffer::default();
        for below in [1_000_000_000_000, 1000, 100_000_000_000, 0, 100_000] {
            let last = below - below.min(1000)..below;
            let expected = count_by_trial_division(last.clone());
            assert_eq!(Sieve::new(below).count_range(last, &mut buffer), expected, "below {below}");
        }
    }

    #[test]
    fn every_short_range_matches_trial_division() {
        let sieve = Sieve::new(200);
        let mut buffer = Buffer::default();
        for end in (0..=200).step_by(7) {
            for start in 0..=end {
                let expected = count_by_trial_division(start..end);
                assert_eq!(sieve.count_range(start..end, &mut buffer), expected, "{start}..{end}");
            }
        }
    }

    #[test]
    #[should_panic(expected = "not a range")]
    fn a_range_past_the_bound_is_refused() {
        let _ = Sieve::new(100).count_range(0..101, &mut Buffer::default());
    }
}
