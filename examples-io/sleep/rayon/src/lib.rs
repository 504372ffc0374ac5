//! Waits on rayon's pool of threads.
//!
//! ```sh
//! cargo run --release -p sleep-rayon
//! cargo run --release -p sleep-rayon -- --workers 100
//! ```
//!
//! Unlike *sequential*, it iterates in parallel, which takes one word. But rayon is made for
//! computing: its pool has a thread per core, and a thread that sleeps can do nothing else. So only
//! as many waits overlap as there are cores. The second command makes the pool larger.

use std::{thread, time::Duration};

use anyhow::Result;
use harness::Limits;
use rayon::prelude::*;
use sleep_workload::{Outcome, Wait};

/// Waits as often as there are tasks, one at a time on each thread of the pool that calls it.
pub fn wait_all(tasks: usize, latency: Duration, _limits: Limits) -> Result<Vec<Outcome>> {
    let indices = (0..tasks).into_par_iter();
    // The pool's threads steal tasks from each other; `collect` keeps the input order.
    Ok(indices.map(|index| Wait { index, latency }.run(thread::sleep)).collect())
}
