//! The program around [`life_processes::evolve`].

use std::process::ExitCode;

use harness::pool;
use life_processes::{evolve, worker};
use life_workload::Life;

fn main() -> ExitCode {
    // The pool starts this same program again for each worker, and there this never returns.
    pool::serve_and_go_on(worker);
    harness::run::<Life>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        meter.measure(|| evolve(input, limits))
    })
}
