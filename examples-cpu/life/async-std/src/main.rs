//! The program around [`life_async_std::evolve`].

use std::process::ExitCode;

use async_global_executor::GlobalExecutorConfig;
use async_std::task;
use life_async_std::evolve;
use life_workload::Life;

fn main() -> ExitCode {
    harness::run::<Life>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        // async-std itself reads its number of threads only from the environment.
        let threads = GlobalExecutorConfig::default().with_min_threads(limits.workers);
        async_global_executor::init_with_config(threads.with_max_threads(limits.workers));
        meter.measure(|| task::block_on(evolve(input, limits)))
    })
}
