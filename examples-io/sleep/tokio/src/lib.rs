//! Waits with async on tokio.
//!
//! ```sh
//! cargo run --release -p sleep-tokio
//! ```
//!
//! Unlike *sequential*, it spawns a task per wait. A task that sleeps gives its thread back to the
//! runtime, so a few threads hold as many waits as the limit allows.

use std::time::Duration;

use anyhow::Result;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use harness::Limits;
use sleep_workload::{Outcome, Wait};
use tokio::time;

/// Waits as often as there are tasks, at most `limits.in_flight` at a time.
pub async fn wait_all(tasks: usize, latency: Duration, limits: Limits) -> Result<Vec<Outcome>> {
    // The stream spawns a task whenever it is asked for the next one.
    let waits = stream::iter(0..tasks)
        .map(|index| tokio::spawn(Wait { index, latency }.drive(time::sleep)));
    // `buffered` holds at most `in_flight` tasks at a time, and yields results in input order. On
    // an early return the stream drops the tasks' handles, but tokio lets the tasks go on.
    Ok(waits.buffered(limits.in_flight).try_collect().await?)
}
