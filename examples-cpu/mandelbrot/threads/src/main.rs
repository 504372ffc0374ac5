//! The program around [`mandelbrot_threads::render`] and [`mandelbrot_threads::render_in_bands`].

use std::process::ExitCode;

use mandelbrot_threads::{render, render_in_bands};
use mandelbrot_workload::{Mandelbrot, Split};

fn main() -> ExitCode {
    harness::run::<Mandelbrot>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        meter.measure(|| match input.split {
            Split::Counter => render(input.view, limits),
            Split::Bands => render_in_bands(input.view, limits),
        })
    })
}
