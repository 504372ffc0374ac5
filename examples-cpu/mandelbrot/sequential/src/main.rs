//! The program around [`mandelbrot_sequential::render`].

use std::process::ExitCode;

use mandelbrot_sequential::render;
use mandelbrot_workload::Mandelbrot;

fn main() -> ExitCode {
    harness::run::<Mandelbrot>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        meter.measure(|| render(input.view, limits))
    })
}
