//! The program around [`wordcount_tokio::count_words`].

use std::process::ExitCode;

use tokio::runtime;
use wordcount_tokio::count_words;
use wordcount_workload::WordCount;

fn main() -> ExitCode {
    harness::run::<WordCount>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        let runtime =
            runtime::Builder::new_multi_thread().worker_threads(limits.workers).build()?;
        meter.measure(|| runtime.block_on(count_words(&input.text, limits)))
    })
}
