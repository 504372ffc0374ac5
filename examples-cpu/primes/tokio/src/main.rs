//! The program around [`primes_tokio::count_primes`].

use std::process::ExitCode;

use primes_tokio::count_primes;
use primes_workload::Primes;
use tokio::runtime;

fn main() -> ExitCode {
    harness::run::<Primes>(env!("CARGO_PKG_NAME"), |&below, limits, meter| {
        let runtime =
            runtime::Builder::new_multi_thread().worker_threads(limits.workers).build()?;
        meter.measure(|| runtime.block_on(count_primes(below, limits)))
    })
}
