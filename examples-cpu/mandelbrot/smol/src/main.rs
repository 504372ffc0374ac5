//! The program around [`mandelbrot_smol::render`].

use std::{future::pending, process::ExitCode, thread};

use mandelbrot_smol::{EXECUTOR, render};
use mandelbrot_workload::Mandelbrot;

fn main() -> ExitCode {
    harness::run::<Mandelbrot>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        for _ in 0..limits.workers {
            // This thread waits for a future that never ends, and runs tasks meanwhile.
            thread::Builder::new().spawn(|| smol::block_on(EXECUTOR.run(pending::<()>())))?;
        }
        // `render` runs as a task, so a finished row wakes no other thread. Otherwise every row
        // would wake the main thread, which would take a core from those that compute.
        meter.measure(|| smol::block_on(EXECUTOR.spawn(render(input.view, limits))))
    })
}
