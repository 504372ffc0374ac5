//! The program around [`mandelbrot_threads::render`] and [`mandelbrot_threads::render_by_counter`].

use std::process::ExitCode;

use mandelbrot_threads::{render, render_by_counter};
use mandelbrot_workload::{Mandelbrot, Split};

fn main() -> ExitCode {
    harness::run::<Mandelbrot>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        meter.measure(|| match input.split {
            Split::Static => render(input.view, limits),
            Split::Counter => render_by_counter(input.view, limits),
        })
    })
}
