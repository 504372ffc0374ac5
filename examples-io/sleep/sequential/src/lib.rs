//! Waits one time after the other: the baseline of the row.
//!
//! ```sh
//! cargo run --release -p sleep-sequential
//! ```

use std::{thread, time::Duration};

use anyhow::Result;
use harness::Limits;
use sleep_workload::{Outcome, Wait};

/// Waits as often as there are tasks, one at a time.
pub fn wait_all(tasks: usize, latency: Duration, _limits: Limits) -> Result<Vec<Outcome>> {
    // Each wait begins only when the last has ended, so they add up.
    Ok((0..tasks).map(|index| Wait { index, latency }.run(thread::sleep)).collect())
}
