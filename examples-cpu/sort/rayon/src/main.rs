//! The program around [`sort_rayon::merge_sort`].

use std::process::ExitCode;

use rayon::ThreadPoolBuilder;
use sort_rayon::merge_sort;
use sort_workload::{Items, Sort};

fn main() -> ExitCode {
    harness::run::<Sort>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        let pool = ThreadPoolBuilder::new().num_threads(limits.workers).build()?;
        match input.items.clone() {
            Items::Numbers(numbers) => meter
                .measure(|| Ok(pool.install(|| merge_sort(numbers, input.merge, limits))?.into())),
            Items::Lines(lines) => meter
                .measure(|| Ok(pool.install(|| merge_sort(lines, input.merge, limits))?.into())),
        }
    })
}
