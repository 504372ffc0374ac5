//! The program around [`files_tokio::checksum_all`] and [`files_tokio::checksum_all_by_chunks`].

use std::process::ExitCode;

use files_tokio::{checksum_all, checksum_all_by_chunks};
use files_workload::Files;
use harness::capacity;
use tokio::runtime;

fn main() -> ExitCode {
    harness::run::<Files>(env!("CARGO_PKG_NAME"), |files, limits, meter| {
        let most = limits.in_flight.min(files.entries.len());
        capacity::for_threads(most)?;
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(limits.workers)
            // By default, at most 512 files could be in flight.
            .max_blocking_threads(most.max(1))
            .build()?;
        meter.measure(|| {
            if files.by_chunks {
                runtime.block_on(checksum_all_by_chunks(&files.entries, limits))
            } else {
                runtime.block_on(checksum_all(&files.entries, limits))
            }
        })
    })
}
