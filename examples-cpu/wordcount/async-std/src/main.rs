//! The program around [`wordcount_async_std::count_words`].

use std::process::ExitCode;

use async_global_executor::GlobalExecutorConfig;
use async_std::task;
use wordcount_async_std::count_words;
use wordcount_workload::WordCount;

fn main() -> ExitCode {
    harness::run::<WordCount>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        // async-std itself reads its number of threads only from the environment.
        let threads = GlobalExecutorConfig::default().with_min_threads(limits.workers);
        async_global_executor::init_with_config(threads.with_max_threads(limits.workers));
        meter.measure(|| task::block_on(count_words(&input.text, limits)))
    })
}
