//! The program around [`http_crossbeam::fetch_all`].

use std::process::ExitCode;

use harness::capacity;
use http_crossbeam::fetch_all;
use http_workload::Http;

fn main() -> ExitCode {
    harness::run::<Http>(env!("CARGO_PKG_NAME"), |http, limits, meter| {
        capacity::for_threads(limits.in_flight.min(http.pages.len()))?;
        meter.measure(|| fetch_all(&http.pages, &http.settings, limits))
    })
}
