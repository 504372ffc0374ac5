//! The program around [`database_threads::transfer_all`].

use std::process::ExitCode;

use database_threads::transfer_all;
use database_workload::Database;

fn main() -> ExitCode {
    harness::run::<Database>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        meter.measure(|| transfer_all(&input.batches, &input.settings, limits))
    })
}
