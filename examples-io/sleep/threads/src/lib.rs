//! Waits on threads of the standard library.
//!
//! ```sh
//! cargo run --release -p sleep-threads
//! ```
//!
//! Unlike *sequential*, it starts as many threads as may wait at once. A thread that sleeps is
//! blocked and uses no core, so there may be thousands of them on a few cores.

use std::{sync::Mutex, thread, time::Duration};

use anyhow::{Context, Result};
use harness::Limits;
use sleep_workload::{Outcome, Wait};

/// The room for each thread's stack, in bytes. The standard library reserves 2 MiB, which is only
/// address space until it is used. But each of 10,000 stacks that lie so far apart needs a page of
/// the kernel's tables to itself, and not every system promises 20 GB that it does not have.
const STACK: usize = 64 * 1024;

/// Waits as often as there are tasks, at most `limits.in_flight` at a time.
pub fn wait_all(tasks: usize, latency: Duration, limits: Limits) -> Result<Vec<Outcome>> {
    let mut outcomes = vec![None; tasks];
    // Every thread takes the next task that none has taken yet, and with it the place for its
    // outcome: so the results are in input order.
    let queue = Mutex::new((0..tasks).zip(&mut outcomes));
    let wait = || {
        // The lock is free again as soon as a task is taken, long before its wait is over.
        let next = || queue.lock().expect("nobody panics while holding it").next();
        while let Some((index, outcome)) = next() {
            *outcome = Some(Wait { index, latency }.run(thread::sleep));
        }
    };
    // The scope ends when all its threads have, so they may borrow the queue.
    thread::scope(|scope| {
        for _ in 0..limits.in_flight.min(tasks) {
            let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, wait);
            thread.context("cannot start so many threads")?;
        }
        anyhow::Ok(())
    })?;
    Ok(outcomes.into_iter().map(|outcome| outcome.expect("every task was taken")).collect())
}
