//! The program around [`files_async_std::checksum_all`].

use std::process::ExitCode;

use async_std::task;
use files_async_std::checksum_all;
use files_workload::Files;

fn main() -> ExitCode {
    harness::run::<Files>(env!("CARGO_PKG_NAME"), |files, limits, meter| {
        meter.measure(|| task::block_on(checksum_all(&files.entries, limits)))
    })
}
