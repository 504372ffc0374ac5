//! The program around [`sleep_crossbeam::wait_all`].

use std::process::ExitCode;

use harness::room;
use sleep_crossbeam::wait_all;
use sleep_workload::Sleep;

fn main() -> ExitCode {
    harness::run::<Sleep>("crossbeam", |&(tasks, latency), limits, meter| {
        room::for_threads(limits.in_flight)?;
        meter.measure(|| wait_all(tasks, latency, limits))
    })
}
