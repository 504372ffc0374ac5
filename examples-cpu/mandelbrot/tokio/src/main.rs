//! The program around [`mandelbrot_tokio::render`].

use std::process::ExitCode;

use mandelbrot_tokio::render;
use mandelbrot_workload::Mandelbrot;
use tokio::runtime;

fn main() -> ExitCode {
    harness::run::<Mandelbrot>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        let runtime =
            runtime::Builder::new_multi_thread().worker_threads(limits.workers).build()?;
        // As a task among the others, which wakes no other thread when a row is done. The main thread
        // would be woken for every row, and take a core from those that compute.
        meter.measure(|| runtime.block_on(runtime.spawn(render(input.view, limits)))?)
    })
}
