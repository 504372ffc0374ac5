//! The program around [`sort_smol::merge_sort`].

use std::{future::pending, process::ExitCode, thread};

use sort_smol::{EXECUTOR, merge_sort};
use sort_workload::{Items, Sort};

fn main() -> ExitCode {
    harness::run::<Sort>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        for _ in 0..limits.workers {
            // This thread waits for a future that never ends, and runs tasks meanwhile.
            thread::Builder::new().spawn(|| smol::block_on(EXECUTOR.run(pending::<()>())))?;
        }
        match input.items.clone() {
            Items::Numbers(numbers) => meter
                .measure(|| Ok(smol::block_on(merge_sort(numbers, input.merge, limits))?.into())),
            Items::Lines(lines) => {
                meter.measure(|| Ok(smol::block_on(merge_sort(lines, input.merge, limits))?.into()))
            }
        }
    })
}
