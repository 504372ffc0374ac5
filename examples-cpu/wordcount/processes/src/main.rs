//! The program around [`wordcount_processes::count_words`].

use std::process::ExitCode;

use harness::pool;
use wordcount_processes::{count_words, worker};
use wordcount_workload::WordCount;

fn main() -> ExitCode {
    // The pool starts this program again for each worker, where this call never returns.
    pool::serve(worker);
    harness::run::<WordCount>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        meter.measure(|| count_words(&input.text, limits))
    })
}
