//! The program around [`sort_tokio::merge_sort`].

use std::process::ExitCode;

use sort_tokio::merge_sort;
use sort_workload::{Items, Sort};
use tokio::runtime;

fn main() -> ExitCode {
    harness::run::<Sort>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        let runtime =
            runtime::Builder::new_multi_thread().worker_threads(limits.workers).build()?;
        match input.items.clone() {
            Items::Numbers(numbers) => meter
                .measure(|| Ok(runtime.block_on(merge_sort(numbers, input.merge, limits))?.into())),
            Items::Lines(lines) => meter
                .measure(|| Ok(runtime.block_on(merge_sort(lines, input.merge, limits))?.into())),
        }
    })
}
