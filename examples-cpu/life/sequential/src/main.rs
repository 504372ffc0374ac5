//! The program around [`life_sequential::evolve`].

use std::process::ExitCode;

use life_sequential::evolve;
use life_workload::{Input, Life};

fn main() -> ExitCode {
    harness::run::<Life>("sequential", |Input { start, generations, .. }, limits, meter| {
        meter.measure(|| evolve(start, *generations, limits))
    })
}
