//! The program around [`database_crossbeam::transfer_all`].

use std::process::ExitCode;

use database_crossbeam::transfer_all;
use database_workload::Database;
use harness::capacity;

fn main() -> ExitCode {
    harness::run::<Database>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        capacity::for_threads(limits.in_flight.min(input.batches.len()))?;
        meter.measure(|| transfer_all(&input.batches, &input.settings, limits))
    })
}
