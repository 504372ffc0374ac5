//! The program around [`files_tokio::checksum_all`].

use std::process::ExitCode;

use files_tokio::checksum_all;
use files_workload::Files;
use tokio::runtime;

fn main() -> ExitCode {
    harness::run::<Files>(env!("CARGO_PKG_NAME"), |files, limits, meter| {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(limits.workers)
            // Without this no more than 512 files could be in flight.
            .max_blocking_threads(limits.in_flight)
            .build()?;
        meter.measure(|| runtime.block_on(checksum_all(&files.entries, limits)))
    })
}
