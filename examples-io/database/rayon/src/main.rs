//! The program around [`database_rayon::transfer_all`].

use std::process::ExitCode;

use database_rayon::transfer_all;
use database_workload::Database;
use rayon::ThreadPoolBuilder;

fn main() -> ExitCode {
    harness::run::<Database>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        // A thread of the pool holds one transaction at a time, so both limits bound the pool.
        let threads = limits.workers.min(limits.in_flight);
        let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
        meter.measure(|| pool.install(|| transfer_all(&input.batches, &input.settings, limits)))
    })
}
