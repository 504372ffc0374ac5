//! The program around [`mandelbrot_rayon::render`].

use std::process::ExitCode;

use mandelbrot_rayon::render;
use mandelbrot_workload::Mandelbrot;
use rayon::ThreadPoolBuilder;

fn main() -> ExitCode {
    harness::run::<Mandelbrot>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        let pool = ThreadPoolBuilder::new().num_threads(limits.workers).build()?;
        meter.measure(|| pool.install(|| render(input.view, limits)))
    })
}
