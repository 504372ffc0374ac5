//! The program around [`database_processes::transfer_all`].

use std::process::ExitCode;

use database_processes::{transfer_all, worker};
use database_workload::Database;
use harness::pool;

fn main() -> ExitCode {
    // The pool starts this program again for each worker, where this call never returns.
    pool::serve(worker);
    harness::run::<Database>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        meter.measure(|| transfer_all(&input.batches, &input.settings, limits))
    })
}
