//! Runs [`sleep_tokio::wait_all`] on a clock that stands still while any task runs. When all of them
//! wait, it jumps to the end of the shortest wait. So the time on this clock has no noise: it is the
//! time that the waits take, and nothing else.
//!
//! ```sh
//! cargo run --release -p paused-clock --features test-util -- --tasks 100 --limit 20
//! ```
//!
//! It prints that time in nanoseconds, for `claims`. The runtime has one thread, since tokio
//! can pause no other's clock.

use std::{num::NonZeroUsize, time::Duration};

use anyhow::{Result, ensure};
use clap::Parser;
use harness::{Limits, duration};
use sleep_tokio::wait_all;
use tokio::{runtime, time::Instant};

/// Says how long waits take with tokio on a clock that moves only while all tasks wait
#[derive(Parser, Debug)]
#[command(version)]
struct Arguments {
    /// The number of tasks that wait
    #[arg(long, value_name = "N", default_value_t = 100)]
    tasks: usize,
    /// The most waits in flight at a time
    #[arg(long, value_name = "K", default_value = "1")]
    limit: NonZeroUsize,
    /// How long each task waits
    #[arg(long, value_name = "TIME", default_value = "50ms", value_parser = duration::parse)]
    latency: Duration,
}

fn main() -> Result<()> {
    let Arguments { tasks, limit, latency } = Arguments::parse();
    let limits = Limits { in_flight: limit.get(), workers: 1 };
    let runtime =
        runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    let (took, outcomes) = runtime.block_on(async {
        let start = Instant::now();
        let outcomes = wait_all(tasks, latency, limits).await?;
        anyhow::Ok((start.elapsed(), outcomes))
    })?;
    // By the system's clock every wait has ended early, and its outcome says so. What counts here is
    // that each has one.
    ensure!(outcomes.len() == tasks, "only {} of {tasks} waits have an outcome", outcomes.len());
    println!("{}", took.as_nanos());
    Ok(())
}
