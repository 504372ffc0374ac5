//! Waits with async on async-std, which is discontinued: start nothing new on it.
//!
//! ```sh
//! cargo run --release -p sleep-async-std
//! ```
//!
//! Unlike *sequential*, it spawns a task per wait. A task that sleeps gives its thread back to the
//! runtime, so a few threads hold as many waits as the limit allows.

use std::time::Duration;

use anyhow::Result;
use async_std::{channel, task};
use harness::Limits;
use sleep_workload::{Outcome, Wait};

/// Waits as often as there are tasks, at most `limits.in_flight` at a time.
pub async fn wait_all(tasks: usize, latency: Duration, limits: Limits) -> Result<Vec<Outcome>> {
    // async-std has no semaphore; a channel that holds as many permits as it has places is one.
    let (permits, returned) = channel::bounded(limits.in_flight);
    let mut waits = Vec::with_capacity(tasks);
    for index in 0..tasks {
        // A permit bounds the waits in flight: with none left, no further task is spawned.
        permits.send(()).await?;
        let returned = returned.clone();
        waits.push(task::spawn(async move {
            let outcome = Wait { index, latency }.drive(task::sleep).await;
            returned.try_recv().expect("the task's own permit is in the channel");
            outcome
        }));
    }
    // The tasks run whether or not anybody waits for them; here their results are put in order.
    let mut outcomes = Vec::with_capacity(tasks);
    for wait in waits {
        outcomes.push(wait.await);
    }
    Ok(outcomes)
}
