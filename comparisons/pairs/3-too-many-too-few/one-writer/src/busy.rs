//! What a connection does while another one is writing.

use std::{thread, time::Duration};

/// The pauses of SQLite's own `busy_timeout`, in milliseconds; the last is for all others, too.
/// (From `sqliteDefaultBusyCallback` in its source. That function cannot count.)
const PAUSES: [u64; 12] = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100];

/// Makes a pause after so many earlier ones. `false` is giving up, and an error for the caller.
pub(crate) fn pause(earlier: i32) -> bool {
    let earlier = usize::try_from(earlier).unwrap_or_default();
    let pause = PAUSES[earlier.min(PAUSES.len() - 1)];
    thread::sleep(Duration::from_millis(pause));
    // These are about thirty seconds.
    earlier < 300
}
