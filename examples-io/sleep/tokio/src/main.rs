//! The program around [`sleep_tokio::wait_all`].

use std::process::ExitCode;

use sleep_tokio::wait_all;
use sleep_workload::Sleep;
use tokio::runtime;

fn main() -> ExitCode {
    harness::run::<Sleep>(env!("CARGO_PKG_NAME"), |&(tasks, latency), limits, meter| {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(limits.workers)
            .enable_all()
            .build()?;
        meter.measure(|| runtime.block_on(wait_all(tasks, latency, limits)))
    })
}
