//! Where on a picture a number belongs, and the round numbers that an axis shows.

/// An axis from left to right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// The number at its left end.
    pub low: f64,
    /// The number at its right end.
    pub high: f64,
    /// Whether equal distances are equal ratios.
    pub is_logarithmic: bool,
    /// Where the left end is, in the picture's units.
    pub left: f64,
    /// Where the right end is.
    pub right: f64,
}

impl Axis {
    /// The place of a number. What lies beyond an end, as that of an interval may, is put there.
    #[must_use]
    pub fn place(&self, value: f64) -> f64 {
        let scaled = |value: f64| if self.is_logarithmic { value.ln() } else { value };
        let (low, high) = (scaled(self.low), scaled(self.high));
        let share = (scaled(value) - low) / (high - low);
        // The logarithm of what is not positive is no number, and belongs to the left end.
        let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
        self.left + (self.right - self.left) * share
    }

    /// The round numbers on it, from left to right: about `most` of them.
    #[must_use]
    pub fn ticks(&self, most: usize) -> Vec<f64> {
        if !self.is_logarithmic {
            let step = round_up((self.high - self.low) / most as f64);
            return multiples(step, self.low, self.high);
        }
        // 1, 2, 5, 10, … as long as there is room, then every power of ten, or every second, …
        let decades = (self.high / self.low).log10();
        let of_a_decade: &[f64] = if decades * 3.0 <= most as f64 {
            &[1.0, 2.0, 5.0]
        } else if decades * 2.0 <= most as f64 {
            &[1.0, 3.0]
        } else {
            &[1.0]
        };
        let first = self.low.log10().floor();
        let stride = (decades / most as f64).ceil().max(1.0);
        let powers = multiples(stride, first, self.high.log10());
        let ticks = powers.iter().flat_map(|power| of_a_decade.iter().map(|it| it * exp10(*power)));
        let within = |tick: &f64| (self.low * 0.999..=self.high * 1.001).contains(tick);
        ticks.filter(within).collect()
    }
}

fn exp10(power: f64) -> f64 {
    10_f64.powf(power)
}

/// All multiples of a step from one number to another.
fn multiples(step: f64, low: f64, high: f64) -> Vec<f64> {
    let first = (low / step - 1e-6).ceil();
    let last = (high / step + 1e-6).floor();
    let mut multiples = Vec::new();
    let mut next = first;
    while next <= last {
        // The sum turns −0 into 0.
        multiples.push(next * step + 0.0);
        next += 1.0;
    }
    multiples
}

/// The next number of the form 1, 2 or 5 times a power of ten.
fn round_up(value: f64) -> f64 {
    let power = exp10(value.log10().floor());
    let round = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    round.into_iter().find(|round| *round >= value * 0.999_999).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINEAR: Axis =
        Axis { low: 0.0, high: 4.0, is_logarithmic: false, left: 100.0, right: 300.0 };
    const LOGARITHMIC: Axis = Axis { low: 1.0, high: 100.0, is_logarithmic: true, ..LINEAR };

    fn assert_close(actual: f64, expected: f64) {
        assert!((actual - expected).abs() < 1e-9, "{actual} is not {expected}");
    }

    #[test]
    fn places_are_in_proportion_to_numbers_or_to_their_logarithms() {
        for (value, place) in [(0.0, 100.0), (1.0, 150.0), (4.0, 300.0), (9.0, 300.0)] {
            assert_close(LINEAR.place(value), place);
        }
        for (value, place) in [(1.0, 100.0), (10.0, 200.0), (100.0, 300.0), (0.0, 100.0)] {
            assert_close(LOGARITHMIC.place(value), place);
        }
        assert_close(LOGARITHMIC.place(-1.0), 100.0);
        assert_close(LINEAR.place(f64::INFINITY), 300.0);
    }

    #[test]
    fn ticks_are_round_and_within_the_axis() {
        assert_eq!(LINEAR.ticks(4), [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert!(LINEAR.ticks(4)[0].is_sign_positive());
        assert_eq!(LINEAR.ticks(8), [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0]);
        assert_eq!(LOGARITHMIC.ticks(6), [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]);
        assert_eq!(LOGARITHMIC.ticks(3), [1.0, 10.0, 100.0]);
        let long = Axis { high: 1e6, ..LOGARITHMIC };
        assert_eq!(long.ticks(3), [1.0, 100.0, 10_000.0, 1e6]);
        let short = Axis { high: 5.16, ..LINEAR };
        assert_eq!(short.ticks(6), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    }
}
