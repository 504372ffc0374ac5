//! The program around [`database_tokio::transfer_all`].

use std::process::ExitCode;

use database_tokio::transfer_all;
use database_workload::Database;
use tokio::runtime;

fn main() -> ExitCode {
    harness::run::<Database>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(limits.workers)
            .max_blocking_threads(limits.in_flight)
            .enable_all()
            .build()?;
        meter.measure(|| runtime.block_on(transfer_all(&input.batches, &input.settings, limits)))
    })
}
