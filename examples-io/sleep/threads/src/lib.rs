//! Waits on threads of the standard library.
//!
//! ```sh
//! cargo run --release -p sleep-threads
//! ```
//!
//! Unlike *sequential*, it starts as many threads as may wait at the same time. A thread that
//! sleeps is blocked and uses no core, so there may be thousands of them on a few cores.

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

/// The size of each thread's stack, in bytes. The standard library reserves 2 MiB, which is only
/// address space until it is used. But 10,000 stacks that far apart each need a page of the
/// kernel's tables, and not every system promises 20 GB that it does not have.
const STACK: usize = 64 * 1024;

/// Waits as often as there are tasks, at most `limits.in_flight` at a time.
pub fn wait_all(tasks: usize, latency: Duration, limits: Limits) -> Result<Vec<Outcome>> {
    // Each outcome has its own place, so the results are in input order.
    let outcomes: Vec<_> = (0..tasks).map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let wait = || {
        // Each thread takes the next task that is left. `fetch_add` gives each index to one thread
        // only, and no other data depends on it, so `Relaxed` ordering suffices.
        let indices = iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        for index in indices.take_while(|&index| index < tasks) {
            let outcome = Wait { index, latency }.run(thread::sleep);
            outcomes[index].set(outcome).expect("no other thread has taken it");
        }
    };
    // The scope waits for all its threads, so they may borrow the counter and the outcomes.
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
