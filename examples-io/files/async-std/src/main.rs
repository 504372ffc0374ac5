//! The program around [`files_async_std::checksum_all`] and
//! [`files_async_std::checksum_all_by_chunks`].

use std::process::ExitCode;

use async_global_executor::GlobalExecutorConfig;
use async_std::task;
use files_async_std::{checksum_all, checksum_all_by_chunks};
use files_workload::Files;
use harness::capacity;

fn main() -> ExitCode {
    harness::run::<Files>(env!("CARGO_PKG_NAME"), |files, limits, meter| {
        capacity::for_threads(limits.in_flight.min(files.entries.len()))?;
        // async-std itself reads its number of threads only from the environment.
        let threads = GlobalExecutorConfig::default().with_min_threads(limits.workers);
        async_global_executor::init_with_config(threads.with_max_threads(limits.workers));
        meter.measure(|| {
            if files.by_chunks {
                task::block_on(checksum_all_by_chunks(&files.entries, limits))
            } else {
                task::block_on(checksum_all(&files.entries, limits))
            }
        })
    })
}
