//! The program around [`wordcount_crossbeam::count_words`].

use std::process::ExitCode;

use wordcount_crossbeam::count_words;
use wordcount_workload::WordCount;

fn main() -> ExitCode {
    harness::run::<WordCount>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        meter.measure(|| count_words(&input.text, limits))
    })
}
