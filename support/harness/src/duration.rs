//! Durations, as people write them.

use std::time::Duration;

/// The longest duration that is accepted: a hundred years. Durations up to that never overflow when
/// they are added to each other or to a point in time.
const LONGEST: Duration = Duration::from_hours(100 * 365 * 24);

/// Reads a duration as people write it: `50ms`, `2s`, `1m 30s`.
///
/// # Errors
/// The text is no duration, or the duration is longer than a hundred years. The message says which.
pub fn parse(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(duration) if duration <= LONGEST => Ok(duration),
        Ok(_) => Err("it is longer than a hundred years".into()),
        Err(error) => Err(format!("{error}; durations are written 50ms or 2s")),
    }
}

/// Writes a duration as [`parse`] reads it.
#[must_use]
pub fn write(duration: Duration) -> String {
    humantime::format_duration(duration).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_they_are_written() {
        for text in ["0s", "1ns", "50ms", "2s", "1m 30s"] {
            assert_eq!(parse(text).map(write).as_deref(), Ok(text));
        }
        assert!(parse("5").is_err_and(|reason| reason.contains("50ms or 2s")));
    }

    #[test]
    fn what_would_overflow_a_clock_is_refused() {
        for text in ["18446744073709551615s", "101years", "1000000000h"] {
            let refused = parse(text).expect_err(text);
            assert!(refused.contains("hundred years") || refused.contains("large"), "{refused}");
        }
        assert!(std::time::Instant::now().checked_add(LONGEST * 4).is_some());
    }
}
