//! The program around [`sort_processes::merge_sort`].

use std::process::ExitCode;

use harness::pool;
use sort_processes::{merge_sort, worker};
use sort_workload::{Items, Sort};

fn main() -> ExitCode {
    // The pool starts this program again for each worker, where this call never returns.
    pool::serve(worker);
    harness::run::<Sort>(env!("CARGO_PKG_NAME"), |input, limits, meter| match input.items.clone() {
        Items::Numbers(numbers) => {
            meter.measure(|| Ok(merge_sort(numbers, input.merge, limits)?.into()))
        }
        Items::Lines(lines) => meter.measure(|| Ok(merge_sort(lines, input.merge, limits)?.into())),
    })
}
