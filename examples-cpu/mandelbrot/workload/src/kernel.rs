//! The kernel: how often points of the plane can be iterated before they escape.
//!
//! A point *c* belongs to the Mandelbrot set if the sequence that begins with *z* = 0 and continues
//! with *z*² + *c* stays bounded forever. Once |*z*| is greater than 2, it escapes. A pixel shows
//! how many members of the sequence, 0 included, come before that. A pixel that hasn't escaped
//! after the allowed number counts as inside.
//!
//! The kernel has three forms. All do the same operations in the same order, and none lets the
//! compiler fuse a multiplication with an addition, so their counts are exactly equal.

use std::array;

use multiversion::multiversion;

/// How many pixels are iterated together: two vectors on a processor with AVX-512, eight on any
/// x86-64. These independent operations keep its arithmetic units busy while each waits for its own
/// last result.
const LANES: usize = 16;
/// How many iterations pass between two checks whether all pixels have escaped. A few too many cost
/// less than checking each time.
const BETWEEN_LOOKS: u32 = 8;

/// Points at equal distances on a horizontal line, and how long to iterate them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Points {
    /// The first point's place from left to right.
    pub x: f64,
    /// The place of all of them from bottom to top.
    pub y: f64,
    /// The distance from one to the next.
    pub step: f64,
    /// How many there are.
    pub number: usize,
    /// The most iterations for each of them.
    pub iterations: u32,
}

impl Points {
    /// The place of the point with this index from left to right.
    #[must_use]
    pub fn x(&self, index: usize) -> f64 {
        self.x + index as f64 * self.step
    }
}

/// Iterates one point after the other.
#[must_use]
pub fn scalar(points: &Points) -> Vec<u32> {
    let count = |index| escape(points.x(index), points.y, points.iterations);
    (0..points.number).map(count).collect()
}

/// How many members of the sequence of `x` + i`y` come before it escapes, at most `iterations`.
fn escape(x: f64, y: f64, iterations: u32) -> u32 {
    let (mut re, mut im) = (0.0, 0.0);
    for count in 0..iterations {
        let (re_squared, im_squared) = (re * re, im * im);
        if re_squared + im_squared > 4.0 {
            return count;
        }
        im = 2.0 * re * im + y;
        re = re_squared - im_squared + x;
    }
    iterations
}

/// Iterates several points together, in arrays: their elements are independent, so the compiler
/// turns each operation on all of them into a few operations on vectors (SIMD).
#[must_use]
#[expect(clippy::inline_always, reason = "`dispatched` compiles it for each kind of processor")]
#[inline(always)]
pub fn arrays(points: &Points) -> Vec<u32> {
    let mut counts = vec![0; points.number];
    for (chunk, counts) in counts.chunks_mut(LANES).enumerate() {
        // At the end of a line it iterates some extra points, and ignores their counts.
        let x = array::from_fn(|lane| points.x(chunk * LANES + lane));
        counts.copy_from_slice(&escape_all(&x, points.y, points.iterations)[..counts.len()]);
    }
    counts
}

/// What [`escape`] does, for all elements of `x`.
#[expect(clippy::inline_always, reason = "`dispatched` compiles it for each kind of processor")]
#[inline(always)]
fn escape_all(x: &[f64; LANES], y: f64, iterations: u32) -> [u32; LANES] {
    let (mut re, mut im) = ([0.0; LANES], [0.0; LANES]);
    let mut counts = [0_u64; LANES];
    // All bits are ones until the point has escaped, then zeros. Even then it is iterated along
    // with the others, to infinity and NaN.
    let mut bounded = [u64::MAX; LANES];
    let mut left = iterations;
    while left > 0 && bounded != [0; LANES] {
        let steps = left.min(BETWEEN_LOOKS);
        for _ in 0..steps {
            for lane in 0..LANES {
                let (re_squared, im_squared) = (re[lane] * re[lane], im[lane] * im[lane]);
                let stays = re_squared + im_squared <= 4.0;
                bounded[lane] &= if stays { u64::MAX } else { 0 };
                // All ones stand for -1 too, which, taken away, counts one more.
                counts[lane] = counts[lane].wrapping_sub(bounded[lane]);
                im[lane] = 2.0 * re[lane] * im[lane] + y;
                re[lane] = re_squared - im_squared + x[lane];
            }
        }
        left -= steps;
    }
    counts.map(|count| u32::try_from(count).expect("no count is more than `iterations`"))
}

/// The same as [`arrays`], with the widest vectors of this processor. All x86-64 processors have
/// vectors of two numbers; to use wider ones, a program has to ask the processor that it runs on.
#[must_use]
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn dispatched(points: &Points) -> Vec<u32> {
    arrays(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(x: f64, y: f64, iterations: u32) -> u32 {
        let points = Points { x, y, step: 0.0, number: 1, iterations };
        let counts = [scalar(&points), arrays(&points), dispatched(&points)];
        assert_eq!(counts[0], counts[1]);
        assert_eq!(counts[0], counts[2]);
        counts[0][0]
    }

    #[test]
    fn points_of_the_set_stay() {
        // The sequences of 0, -1 and i repeat themselves, and that of -2 stays at 2, on the border.
        for (x, y) in [(0.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (-2.0, 0.0), (0.25, 0.0)] {
            for iterations in [1, 7, 8, 9, 1000] {
                assert_eq!(one(x, y, iterations), iterations, "{x} + {y}i");
            }
        }
    }

    #[test]
    fn points_outside_escape_when_they_should() {
        // 0, 1, 2, 5; then 0, 0.5, 0.75, 1.0625, 1.6289, 3.1533; and 0, 3.
        assert_eq!(one(1.0, 0.0, 1000), 3);
        assert_eq!(one(0.5, 0.0, 1000), 5);
        assert_eq!(one(3.0, 0.0, 1000), 1);
        assert_eq!(one(1e200, -1e200, 1000), 1);
    }

    #[test]
    fn all_forms_agree_to_the_bit() {
        for (iterations, number) in [(1, 5), (9, 16), (100, 17), (1000, 333), (1003, 64)] {
            for row in -40_i32..40 {
                let y = f64::from(row) * 0.03;
                let points = Points { x: -2.1, y, step: 3.0 / number as f64, number, iterations };
                let expected = scalar(&points);
                assert_eq!(arrays(&points), expected, "{points:?}");
                assert_eq!(dispatched(&points), expected, "{points:?}");
            }
        }
    }

    #[test]
    fn they_agree_on_the_border_too() {
        // Magnified so far that neighbours differ by the last bits of their numbers.
        let points =
            Points { x: -0.75, y: 0.1, step: f64::EPSILON / 2.0, number: 4000, iterations: 5000 };
        assert_eq!(arrays(&points), scalar(&points));
        assert_eq!(dispatched(&points), scalar(&points));
    }
}
