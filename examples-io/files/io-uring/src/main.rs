//! The program around `files_io_uring::checksum_all`.

use std::process::ExitCode;

use files_workload::Files;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    harness::run::<Files>(env!("CARGO_PKG_NAME"), |files, limits, meter| {
        meter.measure(|| files_io_uring::checksum_all(&files.entries, limits))
    })
}

/// Other systems have no `io_uring`.
#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    harness::run::<Files>(env!("CARGO_PKG_NAME"), |_, _, _| {
        anyhow::bail!("io_uring is a part of Linux, and of no other system")
    })
}
