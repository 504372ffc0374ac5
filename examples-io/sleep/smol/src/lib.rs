//! Waits with async on smol.
//!
//! ```sh
//! cargo run --release -p sleep-smol
//! ```
//!
//! Unlike *sequential*, it spawns a task per wait. A task that sleeps gives its thread back to the
//! executor, so a few threads hold as many waits as the limit allows.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use harness::Limits;
use sleep_workload::{Outcome, Wait};
use smol::{Executor, Timer, lock::Semaphore};

/// The executor, which runs its tasks on whichever threads are lent to it.
pub static EXECUTOR: Executor = Executor::new();

/// Waits as often as there are tasks, at most `limits.in_flight` at a time.
pub async fn wait_all(tasks: usize, latency: Duration, limits: Limits) -> Result<Vec<Outcome>> {
    let permits = Arc::new(Semaphore::new(limits.in_flight));
    let mut waits = Vec::with_capacity(tasks);
    for index in 0..tasks {
        // A permit bounds the waits in flight: with none left, no further task is spawned.
        let permit = permits.acquire_arc().await;
        waits.push(EXECUTOR.spawn(async move {
            let outcome = Wait { index, latency }.drive(Timer::after).await;
            drop(permit);
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
