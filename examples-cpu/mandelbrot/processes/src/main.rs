//! The program around [`mandelbrot_processes::render`].

use std::process::ExitCode;

use harness::pool;
use mandelbrot_processes::{render, worker};
use mandelbrot_workload::Mandelbrot;

fn main() -> ExitCode {
    // The pool starts this program again for each worker, where this call never returns.
    pool::serve(worker);
    harness::run::<Mandelbrot>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        meter.measure(|| render(input.view, limits))
    })
}
