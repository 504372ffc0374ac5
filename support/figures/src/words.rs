//! Figures and lists as people read them.

pub use harness::words::{grouped, plural as count};
use textwrap::Options;

use crate::statistics::Estimate;

/// The greatest width in which texts are easily read, in characters.
pub const WIDTH: usize = 100;

/// Three significant digits, or all that stand before the point: 0.0123, 4.56, 78.9, 1234.
#[must_use]
pub fn figure(value: f64) -> String {
    figure_like(value, value)
}

/// A figure with as many decimals as [`figure`] gives to `model`.
#[must_use]
pub fn figure_like(value: f64, model: f64) -> String {
    let decimals = match model.abs() {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        0.1.. => 3,
        0.01.. => 4,
        0.0 => 0,
        _ => 5,
    };
    format!("{value:.decimals$}")
}

/// A ratio: 0.52, 1.94, 48.1, 123.
#[must_use]
pub fn ratio(value: f64) -> String {
    if value.is_infinite() {
        return "∞".into();
    }
    let decimals = match value {
        99.95.. => 0,
        9.995.. => 1,
        _ => 2,
    };
    format!("{value:.decimals$}")
}

/// A ratio and its interval: `48.1 [47.5, 48.9]`.
#[must_use]
pub fn estimate(estimate: Estimate) -> String {
    format!("{} {}", ratio(estimate.value), interval(estimate))
}

/// The interval alone: `[47.5, 48.9]`.
#[must_use]
pub fn interval(estimate: Estimate) -> String {
    format!("[{}, {}]", ratio(estimate.low), ratio(estimate.high))
}

/// A share: `97 %`; nearly everything isn't rounded to everything: `99.7 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    let decimals = usize::from((0.995..0.9995).contains(&share));
    format!("{:.decimals$} %", share * 100.0)
}

/// A time in the unit that suits it: `1.23 ms`.
#[must_use]
pub fn duration_ns(nanos: u64) -> String {
    let nanos = nanos as f64;
    let (value, unit) = match nanos {
        1e9.. => (nanos / 1e9, "s"),
        1e6.. => (nanos / 1e6, "ms"),
        1e3.. => (nanos / 1e3, "µs"),
        _ => (nanos, "ns"),
    };
    format!("{} {unit}", figure(value))
}

/// `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn list(items: &[impl AsRef<str>]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match &items[..] {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// No more of a text than one line can hold.
#[must_use]
pub fn shortened(text: &str) -> String {
    const LONGEST: usize = 160;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// A text in lines of no more than 100 characters, the first of which begins with `first` and the
/// others with as many blanks.
#[must_use]
pub fn wrapped(first: &str, text: &str) -> String {
    wrapped_in(WIDTH, first, text)
}

/// The same in a narrower space.
#[must_use]
pub fn wrapped_in(width: usize, first: &str, text: &str) -> String {
    let indent = " ".repeat(first.chars().count());
    let options = Options::new(width.min(WIDTH)).initial_indent(first).subsequent_indent(&indent);
    textwrap::fill(text, options) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_significant_digits() {
        let figures = [0.0, 0.0012, 0.0123, 0.104, 5.012, 12.34, 123.4, 1234.0];
        assert_eq!(
            figures.map(figure),
            ["0", "0.00120", "0.0123", "0.104", "5.01", "12.3", "123", "1234"]
        );
    }

    #[test]
    fn numbers_lists_and_times_read_well() {
        assert_eq!(count(1, "core"), "1 core");
        assert_eq!(count(1_000_000, "unit"), "1,000,000 units");
        assert_eq!(list(&[""; 0]), "");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(duration_ns(1_500), "1.50 µs");
        assert_eq!(duration_ns(48_100_000), "48.1 ms");
        assert_eq!([0.97, 0.997, 1.0, 1.25].map(percent), ["97 %", "99.7 %", "100 %", "125 %"]);
        assert_eq!(figure_like(0.0989, 0.111), "0.099");
        assert_eq!(ratio(9.999), "10.0");
        assert_eq!(ratio(48.06), "48.1");
    }

    #[test]
    fn long_texts_are_wrapped() {
        assert_eq!(wrapped("- ", "a b"), "- a b\n");
        let text = wrapped("- ", &["word"; 40].join(" "));
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with("  word")), "{text}");
        assert_eq!(text.split_whitespace().count(), 41);
    }
}
