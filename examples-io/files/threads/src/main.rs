//! The program around [`files_threads::checksum_all`].

use std::process::ExitCode;

use files_threads::checksum_all;
use files_workload::Files;
use harness::capacity;

fn main() -> ExitCode {
    harness::run::<Files>(env!("CARGO_PKG_NAME"), |files, limits, meter| {
        capacity::for_threads(limits.in_flight.min(files.entries.len()))?;
        meter.measure(|| checksum_all(&files.entries, limits))
    })
}
