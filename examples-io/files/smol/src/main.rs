//! The program around [`files_smol::checksum_all`].

use std::process::ExitCode;

use files_smol::checksum_all;
use files_workload::Files;

fn main() -> ExitCode {
    harness::run::<Files>(env!("CARGO_PKG_NAME"), |files, limits, meter| {
        meter.measure(|| smol::block_on(checksum_all(&files.entries, limits)))
    })
}
