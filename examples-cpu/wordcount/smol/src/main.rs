//! The program around [`wordcount_smol::count_words`].

use std::{future::pending, process::ExitCode, thread};

use wordcount_smol::{EXECUTOR, count_words};
use wordcount_workload::WordCount;

fn main() -> ExitCode {
    harness::run::<WordCount>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        for _ in 0..limits.workers {
            // This thread waits for a future that never ends, and runs tasks meanwhile.
            thread::Builder::new().spawn(|| smol::block_on(EXECUTOR.run(pending::<()>())))?;
        }
        meter.measure(|| smol::block_on(count_words(&input.text, limits)))
    })
}
