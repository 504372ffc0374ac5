//! Waits with async on smol.
//!
//! ```sh
//! cargo run --release -p sleep-smol
//! ```
//!
//! Unlike *sequential*, it spawns a task per wait. A task that sleeps gives its thread back to the
//! executor, so a few threads hold as many waits as the limit allows.

use std::time::Duration;

use anyhow::Result;
use futures_util::stream::{self, StreamExt};
use harness::Limits;
use sleep_workload::{Outcome, Wait};
use smol::{Executor, Timer};

/// The executor. It runs its tasks on the threads that call `run`.
pub static EXECUTOR: Executor = Executor::new();

/// Waits as often as there are tasks, at most `limits.in_flight` at a time.
pub async fn wait_all(tasks: usize, latency: Duration, limits: Limits) -> Result<Vec<Outcome>> {
    // The stream spawns a task whenever it is asked for the next one.
    let waits = stream::iter(0..tasks)
        .map(|index| EXECUTOR.spawn(Wait { index, latency }.drive(Timer::after)));
    // `buffered` holds at most `in_flight` tasks at a time, and yields results in input order. On
    // an early return the stream drops the tasks, and smol cancels them.
    Ok(waits.buffered(limits.in_flight).collect().await)
}
