//! Durations: as people write them, and as machines do.

use std::time::Duration;

/// Reads a duration as people write it: `50ms`, `2s`, `1m 30s`.
///
/// # Errors
/// A text that is no duration, with what is wrong with it.
pub fn parse(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|error| format!("{error}; durations are written 50ms or 2s"))
}

/// Writes a duration as [`parse`] reads it.
#[must_use]
pub fn write(duration: Duration) -> String {
    humantime::format_duration(duration).to_string()
}

/// A duration in nanoseconds; the longest that fits, if it is longer.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
