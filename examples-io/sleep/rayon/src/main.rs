//! The program around [`sleep_rayon::wait_all`].

use std::process::ExitCode;

use rayon::ThreadPoolBuilder;
use sleep_rayon::wait_all;
use sleep_workload::Sleep;

fn main() -> ExitCode {
    harness::run::<Sleep>(env!("CARGO_PKG_NAME"), |&(tasks, latency), limits, meter| {
        // A thread of the pool holds one wait at a time, so both limits bound the pool.
        let threads = limits.workers.min(limits.in_flight);
        let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
        meter.measure(|| pool.install(|| wait_all(tasks, latency, limits)))
    })
}
