//! Waits on a fixed set of threads, fed through a crossbeam channel.
//!
//! ```sh
//! cargo run --release -p sleep-crossbeam
//! ```
//!
//! Unlike *threads*, where each thread takes the next task itself, here a channel hands out the
//! tasks, as if they came one by one from some source. The channel is bounded, so a source that is
//! faster than the threads waits instead of filling the memory.

use std::{thread, time::Duration};

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, bounded};
use harness::Limits;
use sleep_workload::{Outcome, Wait};

/// The size of each thread's stack, in bytes: small, since there may be thousands of them. The cell
/// *threads* says more.
const STACK: usize = 64 * 1024;

/// Waits as often as there are tasks, at most `limits.in_flight` at a time.
pub fn wait_all(tasks: usize, latency: Duration, limits: Limits) -> Result<Vec<Outcome>> {
    let mut outcomes = vec![None; tasks];
    let (send, queue) = bounded(limits.in_flight.min(tasks));
    let wait = |queue: Receiver<(usize, &mut Option<Outcome>)>| {
        // Unlike std's, a crossbeam channel may have many receivers: each task goes to one of them.
        for (index, outcome) in queue {
            *outcome = Some(Wait { index, latency }.run(thread::sleep));
        }
    };
    // The scope waits for all its threads, so they may borrow the outcomes.
    thread::scope(|scope| {
        for _ in 0..limits.in_flight.min(tasks) {
            let queue = queue.clone();
            let thread =
                thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || wait(queue));
            thread.context("cannot start so many threads")?;
        }
        // Now only the threads have a receiver. Sending fails only if all of them have panicked,
        // and the scope passes the panic on.
        drop(queue);
        // Each task takes along the place for its outcome, so the results are in input order.
        let _ = (0..tasks).zip(&mut outcomes).try_for_each(|task| send.send(task));
        // A closed channel tells the threads that no more tasks will come.
        drop(send);
        anyhow::Ok(())
    })?;
    Ok(outcomes.into_iter().map(|outcome| outcome.expect("every task was sent")).collect())
}
