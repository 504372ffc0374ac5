//! The program around [`primes_rayon::count_primes`].

use std::process::ExitCode;

use primes_rayon::count_primes;
use primes_workload::Primes;
use rayon::ThreadPoolBuilder;

fn main() -> ExitCode {
    harness::run::<Primes>(env!("CARGO_PKG_NAME"), |&below, limits, meter| {
        let pool = ThreadPoolBuilder::new().num_threads(limits.workers).build()?;
        meter.measure(|| pool.install(|| count_primes(below, limits)))
    })
}
