//! The program around [`files_rayon::checksum_all`].

use std::process::ExitCode;

use files_rayon::checksum_all;
use files_workload::Files;
use rayon::ThreadPoolBuilder;

fn main() -> ExitCode {
    harness::run::<Files>(env!("CARGO_PKG_NAME"), |files, limits, meter| {
        // A thread of the pool holds one file at a time, so both limits bound the pool.
        let threads = limits.workers.min(limits.in_flight);
        let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
        meter.measure(|| pool.install(|| checksum_all(&files.entries, limits)))
    })
}
