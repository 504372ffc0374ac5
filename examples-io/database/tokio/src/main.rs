//! The program around [`database_tokio::transfer_all`] and [`database_tokio::transfer_all_grouped`].

use std::process::ExitCode;

use database_tokio::{transfer_all, transfer_all_grouped};
use database_workload::Database;
use tokio::runtime;

fn main() -> ExitCode {
    harness::run::<Database>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(limits.workers)
            .max_blocking_threads(limits.in_flight)
            .enable_all()
            .build()?;
        let (batches, settings) = (&input.batches, &input.settings);
        meter.measure(|| {
            runtime.block_on(async {
                if input.grouped {
                    transfer_all_grouped(batches, settings, limits).await
                } else {
                    transfer_all(batches, settings, limits).await
                }
            })
        })
    })
}
