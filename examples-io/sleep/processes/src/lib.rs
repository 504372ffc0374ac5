//! Waits in worker processes.
//!
//! ```sh
//! cargo run --release -p sleep-processes
//! ```
//!
//! Unlike *sequential*, it hands the waits to a pool of processes, as Python's
//! `multiprocessing.Pool` would. Each process sleeps by itself and has its own memory, so waits and
//! outcomes travel through pipes.

use std::{thread, time::Duration};

use anyhow::Result;
use harness::{
    Limits,
    pool::{JobError, Pool},
};
use sleep_workload::{Outcome, Wait};

/// Waits as often as there are tasks, at most `limits.in_flight` at a time.
pub fn wait_all(tasks: usize, latency: Duration, limits: Limits) -> Result<Vec<Outcome>> {
    let indices: Vec<usize> = (0..tasks).collect();
    // A worker holds one wait at a time, so the number of workers bounds the waits in flight.
    let mut pool = Pool::new(limits.in_flight.min(tasks), &latency)?;
    let answers: Vec<Result<Outcome, JobError>> = pool.map(&indices)?;
    // The pool is dropped at the end of this function, where it waits for its workers to end.
    Ok(answers.into_iter().map(|answer| answer.unwrap_or_else(|e| Err(e.into()))).collect())
}

/// What each worker process does: `main` hands this to the pool.
pub fn worker(latency: Duration) -> impl FnMut(usize) -> Outcome {
    move |index| Wait { index, latency }.run(thread::sleep)
}
