//! The program around [`http_processes::fetch_all`].

use std::process::ExitCode;

use harness::pool;
use http_processes::{fetch_all, worker};
use http_workload::Http;

fn main() -> ExitCode {
    // The pool starts this same program again for each worker, and there this never returns.
    pool::serve(worker);
    harness::run::<Http>(env!("CARGO_PKG_NAME"), |http, limits, meter| {
        meter.measure(|| fetch_all(&http.pages, &http.settings, limits))
    })
}
