//! The program around [`primes_processes::count_primes`].

use std::process::ExitCode;

use harness::pool;
use primes_processes::{count_primes, worker};
use primes_workload::Primes;

fn main() -> ExitCode {
    // The pool starts this same program again for each worker, and there this never returns.
    pool::serve(worker);
    harness::run::<Primes>(env!("CARGO_PKG_NAME"), |&below, limits, meter| {
        meter.measure(|| count_primes(below, limits))
    })
}
