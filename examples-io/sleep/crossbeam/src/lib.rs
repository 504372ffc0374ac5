//! Waits on a crew of threads that is fed through a crossbeam channel.
//!
//! ```sh
//! cargo run --release -p sleep-crossbeam
//! ```
//!
//! Unlike *threads*, where each thread helps itself, here the tasks come to the crew through a
//! channel, as they would from a source that makes them one by one. The channel is bounded: a
//! source that is faster than the crew has to wait, instead of filling the memory.

use std::{thread, time::Duration};

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, bounded, unbounded};
use harness::Limits;
use sleep_workload::{Outcome, Wait};

/// The room for each thread's stack, in bytes: little, since there may be thousands of them. The
/// cell *threads* says more.
const STACK: usize = 64 * 1024;

/// Waits as often as there are tasks, at most `limits.in_flight` at a time.
pub fn wait_all(tasks: usize, latency: Duration, limits: Limits) -> Result<Vec<Outcome>> {
    let (send_task, next_task) = bounded(limits.in_flight);
    let (send_outcome, outcomes) = unbounded();
    let wait = |next_task: Receiver<usize>| {
        // Unlike std's, a crossbeam channel may have many receivers: each task goes to one of them.
        for index in next_task {
            let outcome = Wait { index, latency }.run(thread::sleep);
            send_outcome.send((index, outcome)).expect("the results are still wanted");
        }
    };
    // The scope ends when all its threads have, so they may borrow the channels' ends.
    thread::scope(|scope| {
        for _ in 0..limits.in_flight.min(tasks) {
            let next_task = next_task.clone();
            let thread =
                thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || wait(next_task));
            thread.context("cannot start so many threads")?;
        }
        // With this receiver gone, only the threads have one. Sending fails if none of them is left:
        // then all have panicked, which the scope passes on.
        drop(next_task);
        let _ = (0..tasks).try_for_each(|index| send_task.send(index));
        // A closed channel tells the threads that no more tasks will come.
        drop(send_task);
        anyhow::Ok(())
    })?;
    // They came in as the threads finished them; the results go out in input order.
    let mut waited: Vec<_> = outcomes.try_iter().collect();
    waited.sort_unstable_by_key(|&(index, _)| index);
    Ok(waited.into_iter().map(|(_, outcome)| outcome).collect())
}
