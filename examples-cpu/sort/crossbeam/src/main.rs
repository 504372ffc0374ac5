//! The program around [`sort_crossbeam::merge_sort`].

use std::process::ExitCode;

use sort_crossbeam::merge_sort;
use sort_workload::{Items, Sort};

fn main() -> ExitCode {
    harness::run::<Sort>(env!("CARGO_PKG_NAME"), |input, limits, meter| match input.items.clone() {
        Items::Numbers(numbers) => {
            meter.measure(|| Ok(merge_sort(numbers, input.merge, limits)?.into()))
        }
        Items::Lines(lines) => meter.measure(|| Ok(merge_sort(lines, input.merge, limits)?.into())),
    })
}
