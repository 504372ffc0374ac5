//! The program around [`database_threads::transfer_all`] and [`database_threads::transfer_all_grouped`].

use std::process::ExitCode;

use database_threads::{transfer_all, transfer_all_grouped};
use database_workload::Database;
use harness::capacity;

fn main() -> ExitCode {
    harness::run::<Database>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        capacity::for_threads(limits.in_flight.min(input.batches.len()))?;
        let transfer_all = if input.grouped { transfer_all_grouped } else { transfer_all };
        meter.measure(|| transfer_all(&input.batches, &input.settings, limits))
    })
}
