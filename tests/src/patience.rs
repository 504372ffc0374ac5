//! How long a test waits for what has to come.

use std::{
    thread,
    time::{Duration, Instant},
};

/// How long something may take that has to happen, however busy the machine is. Nothing but a
/// failure ever takes so long.
pub(crate) const PATIENCE: Duration = Duration::from_mins(5);

/// Waits until something is so.
///
/// # Panics
/// It is not so in time; the message says `what`.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    assert!(is_so_within(PATIENCE, &mut is_so), "in vain: {what}");
}

/// Whether something becomes so within this time.
pub(crate) fn is_so_within(time: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !is_so() {
        if start.elapsed() > time {
            return false;
        }
        thread::sleep(Duration::from_millis(2));
    }
    true
}
