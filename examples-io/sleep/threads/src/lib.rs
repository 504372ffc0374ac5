//! Waits on threads of the standard library.
//!
//! ```sh
//! cargo run --release -p sleep-threads
//! ```
//!
//! Unlike *sequential*, it starts as many threads as may wait at once. A thread that sleeps is
//! blocked and uses no core, so there may be thousands of them on a few cores.

use std::{
    iter,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use harness::Limits;
use sleep_workload::{Outcome, Wait};

/// The room for each thread's stack, in bytes. The standard library reserves 2 MiB, which is only
/// address space until it is used. But each of 10,000 stacks that lie so far apart needs a page of
/// the kernel's tables to itself, and not every system promises 20 GB that it does not have.
const STACK: usize = 64 * 1024;

/// Waits as often as there are tasks, at most `limits.in_flight` at a time.
pub fn wait_all(tasks: usize, latency: Duration, limits: Limits) -> Result<Vec<Outcome>> {
    // A place for each outcome: so the results are in input order.
    let outcomes: Vec<_> = (0..tasks).map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let wait = || {
        // Every thread takes the next task that none has taken yet. `fetch_add` gives each index
        // to one thread only, and nothing else depends on its order: relaxed suffices.
        let indices = iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        for index in indices.take_while(|&index| index < tasks) {
            let outcome = Wait { index, latency }.run(thread::sleep);
            outcomes[index].set(outcome).expect("no other thread has taken it");
        }
    };
    // The scope ends when all its threads have, so they may borrow the counter and the outcomes.
    thread::scope(|scope| {
        for _ in 0..limits.in_flight.min(tasks) {
            let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, wait);
            thread.context("cannot start so many threads")?;
        }
        anyhow::Ok(())
    })?;
    let outcomes = outcomes.into_iter().map(OnceLock::into_inner);
    Ok(outcomes.map(|outcome| outcome.expect("every task was taken")).collect())
}
