//! The program around [`mandelbrot_tokio::render`].

use std::process::ExitCode;

use mandelbrot_tokio::render;
use mandelbrot_workload::Mandelbrot;
use tokio::runtime;

fn main() -> ExitCode {
    harness::run::<Mandelbrot>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        let runtime =
            runtime::Builder::new_multi_thread().worker_threads(limits.workers).build()?;
        // `render` runs as a task, so a finished row wakes no other thread. Otherwise every row
        // would wake the main thread, which would take a core from those that compute.
        meter.measure(|| runtime.block_on(runtime.spawn(render(input.view, limits)))?)
    })
}
