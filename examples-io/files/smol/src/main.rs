//! The program around [`files_smol::checksum_all`] and [`files_smol::checksum_all_by_chunks`].

use std::{future::pending, process::ExitCode, thread};

use files_smol::{EXECUTOR, checksum_all, checksum_all_by_chunks};
use files_workload::Files;
use harness::capacity;

fn main() -> ExitCode {
    harness::run::<Files>(env!("CARGO_PKG_NAME"), |files, limits, meter| {
        capacity::for_threads(limits.in_flight.min(files.entries.len()))?;
        for _ in 0..limits.workers {
            // This thread waits for a future that never ends, and runs tasks meanwhile.
            thread::Builder::new().spawn(|| smol::block_on(EXECUTOR.run(pending::<()>())))?;
        }
        meter.measure(|| {
            if files.by_chunks {
                smol::block_on(checksum_all_by_chunks(&files.entries, limits))
            } else {
                smol::block_on(checksum_all(&files.entries, limits))
            }
        })
    })
}
