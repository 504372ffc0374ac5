//! The program around [`life_sequential::evolve`].

use std::process::ExitCode;

use life_sequential::evolve;
use life_workload::{Input, Life};

fn main() -> ExitCode {
    harness::run::<Life>(
        env!("CARGO_PKG_NAME"),
        |Input { start, generations, .. }, limits, meter| {
            meter.measure(|| evolve(start, *generations, limits))
        },
    )
}
