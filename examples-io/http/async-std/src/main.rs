//! The program around [`http_async_std::fetch_all`].

use std::process::ExitCode;

use async_global_executor::GlobalExecutorConfig;
use async_std::task;
use http_async_std::fetch_all;
use http_workload::Http;

fn main() -> ExitCode {
    harness::run::<Http>(env!("CARGO_PKG_NAME"), |http, limits, meter| {
        // async-std itself reads its number of threads only from the environment.
        let threads = GlobalExecutorConfig::default().with_min_threads(limits.workers);
        async_global_executor::init_with_config(threads.with_max_threads(limits.workers));
        meter.measure(|| task::block_on(fetch_all(&http.pages, &http.settings, limits)))
    })
}
