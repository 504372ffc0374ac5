//! The program around [`mandelbrot_async_std::render`].

use std::process::ExitCode;

use async_global_executor::GlobalExecutorConfig;
use async_std::task;
use mandelbrot_async_std::render;
use mandelbrot_workload::Mandelbrot;

fn main() -> ExitCode {
    harness::run::<Mandelbrot>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        // async-std itself reads its number of threads only from the environment.
        let threads = GlobalExecutorConfig::default().with_min_threads(limits.workers);
        async_global_executor::init_with_config(threads.with_max_threads(limits.workers));
        // `render` runs as a task, so a finished row wakes no other thread. Otherwise every row
        // would wake the main thread, which would take a core from those that compute.
        meter.measure(|| task::block_on(task::spawn(render(input.view, limits))))
    })
}
