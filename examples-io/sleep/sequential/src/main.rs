//! The program around [`sleep_sequential::wait_all`].

use std::process::ExitCode;

use sleep_sequential::wait_all;
use sleep_workload::Sleep;

fn main() -> ExitCode {
    harness::run::<Sleep>(env!("CARGO_PKG_NAME"), |&(tasks, latency), limits, meter| {
        meter.measure(|| wait_all(tasks, latency, limits))
    })
}
