//! The program around [`sleep_rayon::wait_all`].

use std::process::ExitCode;

use rayon::ThreadPoolBuilder;
use sleep_rayon::wait_all;
use sleep_workload::Sleep;

fn main() -> ExitCode {
    harness::run::<Sleep>(env!("CARGO_PKG_NAME"), |&(tasks, latency), limits, meter| {
        // A thread of the pool holds one wait in flight, so both limits bound their number.
        let threads = limits.workers.min(limits.in_flight);
        let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
        meter.measure(|| pool.install(|| wait_all(tasks, latency, limits)))
    })
}
