//! The program around [`mandelbrot_smol::render`].

use std::{future::pending, process::ExitCode, thread};

use mandelbrot_smol::{EXECUTOR, render};
use mandelbrot_workload::Mandelbrot;

fn main() -> ExitCode {
    harness::run::<Mandelbrot>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        for _ in 0..limits.workers {
            // A thread that waits for what never comes, and runs tasks meanwhile.
            thread::Builder::new().spawn(|| smol::block_on(EXECUTOR.run(pending::<()>())))?;
        }
        // As a task among the others, which wakes no other thread when a row is done. The main thread
        // would be woken for every row, and take a core from those that compute.
        meter.measure(|| smol::block_on(EXECUTOR.spawn(render(input.view, limits))))
    })
}
