//! The program around [`wordcount_rayon::count_words`].

use std::process::ExitCode;

use rayon::ThreadPoolBuilder;
use wordcount_rayon::count_words;
use wordcount_workload::WordCount;

fn main() -> ExitCode {
    harness::run::<WordCount>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        let pool = ThreadPoolBuilder::new().num_threads(limits.workers).build()?;
        meter.measure(|| pool.install(|| count_words(&input.text, limits)))
    })
}
