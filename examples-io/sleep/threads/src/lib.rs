//! Waits on threads of the standard library.
//!
//! ```sh
//! cargo run --release -p sleep-threads
//! ```
//!
//! Unlike *sequential*, it starts as many threads as may wait at once. A thread that sleeps is
//! blocked and uses no core, so there may be thousands of them on a few cores.

use std::{
    io, iter,
    sync::atomic::{AtomicUsize, Ordering},
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
    let next = AtomicUsize::new(0);
    let wait = || {
        // Every thread takes the next task that none has taken yet. `fetch_add` gives each index
        // to one thread only, and nothing else depends on its order: relaxed suffices.
        let indices = iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        let indices = indices.take_while(|&index| index < tasks);
        indices.map(|index| (index, Wait { index, latency }.run(thread::sleep))).collect::<Vec<_>>()
    };
    let mut waited = Vec::with_capacity(tasks);
    // The scope ends when all its threads have, so they may borrow the counter.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..limits.in_flight.min(tasks))
            .map(|_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, wait))
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        for thread in threads {
            waited.extend(thread.join().expect("no wait panics"));
        }
        anyhow::Ok(())
    })?;
    // They came in as the threads finished them; the results go out in input order.
    waited.sort_unstable_by_key(|&(index, _)| index);
    Ok(waited.into_iter().map(|(_, outcome)| outcome).collect())
}
