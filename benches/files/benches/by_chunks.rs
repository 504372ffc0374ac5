//! What it costs to read files chunk by chunk with the async files of a runtime, rather than each
//! file in one blocking call: `cargo bench -p bench-files --bench by_chunks`.
//!
//! The two take turns on a tree that is in memory, so that they differ in nothing but the number
//! of times that something is handed to another thread.

use std::{
    future::pending,
    hint::black_box,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use async_global_executor::GlobalExecutorConfig;
use async_std::task;
use files_workload::{List, Outcome, Tree, TreeOptions};
use harness::{
    Limits,
    statistics::{median, paired_ratio},
};
use tokio::runtime;

/// How many turns each of the two has.
const ROUNDS: usize = 15;

fn main() -> Result<()> {
    // cargo and criterion have flags for benchmarks, such as --bench and --quick. There is one
    // thing to measure here and one way to do it, so none of them matters.
    let tree = Tree::make(&TreeOptions { seed: 0, files: 2000, average: 65_536 })?;
    let entries = List::of(tree.root())?.entries;
    let workers = thread::available_parallelism()?.get();
    let limits = Limits { in_flight: 16, workers };

    let tokio = runtime::Builder::new_multi_thread().worker_threads(workers).build()?;
    compare(
        "tokio",
        || tokio.block_on(files_tokio::checksum_all(&entries, limits)),
        || tokio.block_on(files_tokio::checksum_all_by_chunks(&entries, limits)),
    )?;

    let threads = GlobalExecutorConfig::default().with_min_threads(workers);
    async_global_executor::init_with_config(threads.with_max_threads(workers));
    compare(
        "async-std (discontinued)",
        || task::block_on(files_async_std::checksum_all(&entries, limits)),
        || task::block_on(files_async_std::checksum_all_by_chunks(&entries, limits)),
    )?;

    for _ in 0..workers {
        thread::spawn(|| smol::block_on(files_smol::EXECUTOR.run(pending::<()>())));
    }
    compare(
        "smol",
        || smol::block_on(files_smol::checksum_all(&entries, limits)),
        || smol::block_on(files_smol::checksum_all_by_chunks(&entries, limits)),
    )
}

/// Has both forms take turns, and prints how their times compare.
fn compare(
    runtime: &str,
    whole: impl Fn() -> Result<Vec<Outcome>>,
    by_chunks: impl Fn() -> Result<Vec<Outcome>>,
) -> Result<()> {
    // What the first turn of each finds cold is no matter of the form.
    anyhow::ensure!(whole()? == by_chunks()?, "{runtime}: the two forms differ in their answer");
    let (mut wholes, mut chunks) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        wholes.push(seconds(&whole)?);
        chunks.push(seconds(&by_chunks)?);
    }
    let ratio = paired_ratio(&chunks, &wholes).context("there are rounds")?;
    let time = |times: &[f64]| Duration::from_secs_f64(median(times).unwrap_or_default());
    println!(
        "{runtime}: a call per file {:.1?}, a call per chunk {:.1?}: {:.2} [{:.2}, {:.2}] times",
        time(&wholes),
        time(&chunks),
        ratio.value,
        ratio.low,
        ratio.high
    );
    Ok(())
}

fn seconds(form: impl Fn() -> Result<Vec<Outcome>>) -> Result<f64> {
    let start = Instant::now();
    black_box(form()?);
    Ok(start.elapsed().as_secs_f64())
}
