//! The program around [`primes_processes::count_primes`].

use std::process::ExitCode;

use harness::pool;
use primes_processes::{count_primes, worker};
use primes_workload::Primes;

fn main() -> ExitCode {
    // The pool starts this program again for each worker, where this call never returns.
    pool::serve(worker);
    harness::run::<Primes>(env!("CARGO_PKG_NAME"), |&below, limits, meter| {
        meter.measure(|| count_primes(below, limits))
    })
}
