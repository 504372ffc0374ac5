//! Numbers for people.

use std::time::Duration;

/// A whole number with its digits in groups of three.
#[must_use]
pub fn grouped(number: impl ToString) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things, its digits in groups of three: `1 thread`, `12,345 threads`.
#[must_use]
pub fn plural(number: impl ToString, thing: &str) -> String {
    let number = grouped(number);
    let ending = if number == "1" { "" } else { "s" };
    format!("{number} {thing}{ending}")
}

/// A duration in seconds: `0.050 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.3} s", duration.as_secs_f64())
}

/// A size for people, in powers of 1,000.
#[must_use]
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let mut size = bytes as f64;
    let mut unit = "B";
    for larger in UNITS {
        if size < 1000.0 {
            break;
        }
        size /= 1000.0;
        unit = larger;
    }
    if unit == "B" { format!("{bytes} B") } else { format!("{size:.1} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [0, 1, 12_345].map(|number| plural(number, "page")),
            ["0 pages", "1 page", "12,345 pages"]
        );
        assert_eq!([999, 1_000, 12_345_678].map(bytes), ["999 B", "1.0 kB", "12.3 MB"]);
        assert_eq!(seconds(Duration::from_millis(50)), "0.050 s");
    }
}
