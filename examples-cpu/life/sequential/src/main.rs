//! The program around [`life_sequential::evolve`].

use std::process::ExitCode;

use life_sequential::evolve;
use life_workload::Life;

fn main() -> ExitCode {
    harness::run::<Life>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        meter.measure(|| evolve(input, limits))
    })
}
