//! The program around [`http_processes::fetch_all`].

use std::process::ExitCode;

use harness::pool;
use http_processes::{fetch_all, worker};
use http_workload::Http;

fn main() -> ExitCode {
    // The pool starts this program again for each worker, where this call never returns.
    pool::serve(worker);
    harness::run::<Http>(env!("CARGO_PKG_NAME"), |http, limits, meter| {
        meter.measure(|| fetch_all(&http.pages, &http.settings, limits))
    })
}
