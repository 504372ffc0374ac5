//! The program around [`sort_async_std::merge_sort`].

use std::process::ExitCode;

use async_global_executor::GlobalExecutorConfig;
use async_std::task;
use sort_async_std::merge_sort;
use sort_workload::{Items, Sort};

fn main() -> ExitCode {
    harness::run::<Sort>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        // async-std itself reads its number of threads only from the environment.
        let threads = GlobalExecutorConfig::default().with_min_threads(limits.workers);
        async_global_executor::init_with_config(threads.with_max_threads(limits.workers));
        match input.items.clone() {
            Items::Numbers(numbers) => meter
                .measure(|| Ok(task::block_on(merge_sort(numbers, input.merge, limits))?.into())),
            Items::Lines(lines) => {
                meter.measure(|| Ok(task::block_on(merge_sort(lines, input.merge, limits))?.into()))
            }
        }
    })
}
