//! The program around [`primes_smol::count_primes`].

use std::{future::pending, process::ExitCode, thread};

use primes_smol::{EXECUTOR, count_primes};
use primes_workload::Primes;

fn main() -> ExitCode {
    harness::run::<Primes>(env!("CARGO_PKG_NAME"), |&below, limits, meter| {
        for _ in 0..limits.workers {
            // This thread waits for a future that never ends, and runs tasks meanwhile.
            thread::Builder::new().spawn(|| smol::block_on(EXECUTOR.run(pending::<()>())))?;
        }
        meter.measure(|| smol::block_on(count_primes(below, limits)))
    })
}
