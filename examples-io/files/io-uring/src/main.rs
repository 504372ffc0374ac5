//! The program around [`files_io_uring::checksum_all`].

use std::process::ExitCode;

use files_io_uring::checksum_all;
use files_workload::Files;

fn main() -> ExitCode {
    harness::run::<Files>(env!("CARGO_PKG_NAME"), |files, limits, meter| {
        meter.measure(|| checksum_all(&files.entries, limits))
    })
}
