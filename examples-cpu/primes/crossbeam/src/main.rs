//! The program around [`primes_crossbeam::count_primes`].

use std::process::ExitCode;

use primes_crossbeam::count_primes;
use primes_workload::Primes;

fn main() -> ExitCode {
    harness::run::<Primes>(env!("CARGO_PKG_NAME"), |&below, limits, meter| {
        meter.measure(|| count_primes(below, limits))
    })
}
