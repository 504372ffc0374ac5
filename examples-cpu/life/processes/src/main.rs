//! The program around [`life_processes::evolve`].

use std::process::ExitCode;

use harness::pool;
use life_processes::{evolve, worker};
use life_workload::Life;

fn main() -> ExitCode {
    // The pool starts this program again for each worker, where this call never returns.
    pool::serve_and_go_on(worker);
    harness::run::<Life>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        meter.measure(|| evolve(input, limits))
    })
}
