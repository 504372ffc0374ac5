//! The program around `files_io_uring::checksum_all`.

use std::process::ExitCode;

use files_workload::Files;

fn main() -> ExitCode {
    harness::run::<Files>(env!("CARGO_PKG_NAME"), |files, limits, meter| {
        #[cfg(target_os = "linux")]
        return meter.measure(|| files_io_uring::checksum_all(&files.entries, limits));
        #[cfg(not(target_os = "linux"))]
        anyhow::bail!("io_uring is a part of Linux, and of no other system")
    })
}
