//! The program around [`echo_async_std::serve`].

use std::process::ExitCode;

use async_global_executor::GlobalExecutorConfig;
use async_std::task;
use echo_async_std::serve;
use echo_workload::Echo;

fn main() -> ExitCode {
    harness::run::<Echo>(env!("CARGO_PKG_NAME"), |echo, limits, meter| {
        // async-std itself reads its number of threads only from the environment.
        let threads = GlobalExecutorConfig::default().with_min_threads(limits.workers);
        async_global_executor::init_with_config(threads.with_max_threads(limits.workers));
        meter.measure(|| task::block_on(serve(echo.listener()?, &echo.settings, limits)))
    })
}
