//! The program around [`mandelbrot_crossbeam::render`].

use std::process::ExitCode;

use mandelbrot_crossbeam::render;
use mandelbrot_workload::Mandelbrot;

fn main() -> ExitCode {
    harness::run::<Mandelbrot>("crossbeam", |input, limits, meter| {
        meter.measure(|| render(input.view, limits))
    })
}
