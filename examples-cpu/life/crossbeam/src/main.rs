//! The program around [`life_crossbeam::evolve`].

use std::process::ExitCode;

use life_crossbeam::evolve;
use life_workload::Life;

fn main() -> ExitCode {
    harness::run::<Life>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        meter.measure(|| evolve(input, limits))
    })
}
