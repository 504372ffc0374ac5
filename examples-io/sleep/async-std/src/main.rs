//! The program around [`sleep_async_std::wait_all`].

use std::process::ExitCode;

use async_global_executor::GlobalExecutorConfig;
use async_std::task;
use sleep_async_std::wait_all;
use sleep_workload::Sleep;

fn main() -> ExitCode {
    harness::run::<Sleep>(env!("CARGO_PKG_NAME"), |&(tasks, latency), limits, meter| {
        // async-std itself reads its number of threads only from the environment.
        let threads = GlobalExecutorConfig::default().with_min_threads(limits.workers);
        async_global_executor::init_with_config(threads.with_max_threads(limits.workers));
        meter.measure(|| task::block_on(wait_all(tasks, latency, limits)))
    })
}
