//! Figures as people read them.

use figures::{statistics::Estimate, words::grouped};

use crate::price::Price;

/// Units of time and of memory, with how many nanoseconds or bytes each of them is.
const TIMES: [(f64, &str); 4] = [(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")];
const SIZES: [(f64, &str); 4] = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")];

/// The unit that suits a figure.
fn unit(price: Price, value: f64) -> (f64, &'static str) {
    let units = if price == Price::Memory { SIZES } else { TIMES };
    // What rounds to 1,000 of a unit is one of the next.
    *units.iter().find(|(scale, _)| value >= scale * 0.9995).unwrap_or(&units[3])
}

/// A figure in the unit that suits it: `12.3 µs`.
pub(crate) fn value(price: Price, value: f64) -> String {
    let (scale, unit) = unit(price, value);
    format!("{} {unit}", figure(value / scale))
}

/// A power of ten, without decimals: `10 µs`.
pub(crate) fn round_value(price: Price, value: f64) -> String {
    let (scale, unit) = unit(price, value);
    format!("{} {unit}", value / scale)
}

/// With its interval: `12.3 µs [12.1, 12.6]`.
pub(crate) fn estimate(price: Price, estimate: Estimate) -> String {
    let (scale, _) = unit(price, estimate.value);
    let [low, high] = [estimate.low, estimate.high].map(|end| figure(end / scale));
    format!("{} [{low}, {high}]", value(price, estimate.value))
}

/// With the distance to the end of its interval that is farther off: `12.3 µs ±2 %`.
pub(crate) fn short_estimate(price: Price, estimate: Estimate) -> String {
    let Estimate { value: middle, low, high } = estimate;
    let off = (high - middle).max(middle - low) / middle * 100.0;
    let off = match off {
        _ if middle <= 0.0 => String::new(),
        ..0.5 => " ±<1 %".into(),
        99.5.. => " ±>99 %".into(),
        off => format!(" ±{off:.0} %"),
    };
    format!("{}{off}", value(price, middle))
}

/// Three significant digits, or all that stand before the point: 0.0123, 4.56, 78.9, 1,234.
pub(crate) fn figure(value: f64) -> String {
    let decimals = match value.abs() {
        99.95.. => 0,
        9.995.. => 1,
        0.9995.. => 2,
        0.0 => 0,
        _ => 3,
    };
    let text = format!("{value:.decimals$}");
    match text.parse::<usize>() {
        Ok(whole) => grouped(whole),
        Err(_) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_come_in_the_unit_that_suits_them() {
        let times = [1.234, 250.0, 999.7, 17_000.0, 1.5e6, 2e9].map(|ns| value(Price::Create, ns));
        assert_eq!(times, ["1.23 ns", "250 ns", "1.00 µs", "17.0 µs", "1.50 ms", "2.00 s"]);
        let sizes = [0.0, 48.0, 338.4, 10_512.0].map(|bytes| value(Price::Memory, bytes));
        assert_eq!(sizes, ["0 B", "48.0 B", "338 B", "10.5 kB"]);
        let powers = [-1, 0, 4, 9].map(|power| round_value(Price::Create, 10_f64.powi(power)));
        assert_eq!(powers, ["0.1 ns", "1 ns", "10 µs", "1 s"]);
    }

    #[test]
    fn intervals_share_the_unit_of_their_figure() {
        let wide = Estimate { value: 1_000.0, low: 900.0, high: 1_300.0 };
        assert_eq!(estimate(Price::Create, wide), "1.00 µs [0.900, 1.30]");
        assert_eq!(short_estimate(Price::Create, wide), "1.00 µs ±30 %");
        let exact = Estimate { value: 64.0, low: 64.0, high: 64.1 };
        assert_eq!(short_estimate(Price::Memory, exact), "64.0 B ±<1 %");
        let vague = Estimate { value: 1.0, low: 0.5, high: 7.0 };
        assert_eq!(short_estimate(Price::Memory, vague), "1.00 B ±>99 %");
        let none = Estimate { value: 0.0, low: 0.0, high: 40.0 };
        assert_eq!(short_estimate(Price::Memory, none), "0 B");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(figure(1_234.0), "1,234");
    }
}
