//! The program around [`files_processes::checksum_all`].

use std::process::ExitCode;

use files_processes::{checksum_all, worker};
use files_workload::Files;
use harness::pool;

fn main() -> ExitCode {
    // The pool starts this program again for each worker, where this call never returns.
    pool::serve(worker);
    harness::run::<Files>(env!("CARGO_PKG_NAME"), |files, limits, meter| {
        meter.measure(|| checksum_all(&files.entries, limits))
    })
}
