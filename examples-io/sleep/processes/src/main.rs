//! The program around [`sleep_processes::wait_all`].

use std::process::ExitCode;

use harness::pool;
use sleep_processes::{wait_all, worker};
use sleep_workload::Sleep;

fn main() -> ExitCode {
    // The pool starts this program again for each worker, where this call never returns.
    pool::serve(worker);
    harness::run::<Sleep>(env!("CARGO_PKG_NAME"), |&(tasks, latency), limits, meter| {
        meter.measure(|| wait_all(tasks, latency, limits))
    })
}
