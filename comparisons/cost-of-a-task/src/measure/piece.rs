//! A piece of work: so many steps of a calculation that needs a core and nothing else.

use std::{
    hint::black_box,
    sync::LazyLock,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

/// The factor of a linear congruential generator (Knuth, *The Art of Computer Programming*, volume 2,
/// section 3.3.4: MMIX). Each step needs the result of the one before, so no core does two at once.
const FACTOR: u64 = 6_364_136_223_846_793_005;

/// A piece of work, by the number of its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece(pub(crate) u64);

impl Piece {
    /// No work at all.
    pub const NOTHING: Self = Self(0);

    /// The piece that takes about as long as this on one core of this machine.
    #[must_use]
    pub fn lasting(time: Duration) -> Self {
        static STEP: LazyLock<f64> = LazyLock::new(nanoseconds_of_a_step);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of steps is positive, and far below the limits"
        )]
        let steps = (time.as_secs_f64() * 1e9 / *STEP) as u64;
        Self(steps.max(1))
    }

    /// Does the work, in a way that the compiler cannot do without.
    pub(crate) fn work(self) -> u64 {
        let mut number = self.0;
        for _ in 0..self.0 {
            number = number.wrapping_mul(FACTOR).wrapping_add(1);
        }
        black_box(number)
    }
}

/// What a step takes, at best: whatever else runs on the machine makes it longer.
fn nanoseconds_of_a_step() -> f64 {
    let piece = Piece(1_000_000);
    let time = || {
        let start = Instant::now();
        piece.work();
        start.elapsed().as_secs_f64() * 1e9 / piece.0 as f64
    };
    (0..10).map(|_| time()).fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_lasts_about_as_long_as_it_should() {
        let wanted = Duration::from_millis(2);
        let piece = Piece::lasting(wanted);
        let time = || {
            let start = Instant::now();
            piece.work();
            start.elapsed()
        };
        let best = (0..20).map(|_| time()).min().expect("there are some");
        assert!((wanted / 2..wanted * 2).contains(&best), "{best:?}");
        assert_eq!(Piece::NOTHING.work(), 0);
    }
}
