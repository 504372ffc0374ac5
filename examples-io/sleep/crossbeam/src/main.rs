//! The program around [`sleep_crossbeam::wait_all`].

use std::process::ExitCode;

use harness::capacity;
use sleep_crossbeam::wait_all;
use sleep_workload::Sleep;

fn main() -> ExitCode {
    harness::run::<Sleep>(env!("CARGO_PKG_NAME"), |&(tasks, latency), limits, meter| {
        capacity::for_threads(limits.in_flight.min(tasks))?;
        meter.measure(|| wait_all(tasks, latency, limits))
    })
}
