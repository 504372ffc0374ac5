//! The program around [`mandelbrot_sequential::render`].

use std::process::ExitCode;

use mandelbrot_sequential::render;
use mandelbrot_workload::Mandelbrot;

fn main() -> ExitCode {
    harness::run::<Mandelbrot>("sequential", |input, limits, meter| {
        meter.measure(|| render(input.view, limits))
    })
}
