//! The program around [`http_sequential::fetch_all`].

use std::process::ExitCode;

use http_sequential::fetch_all;
use http_workload::Http;

fn main() -> ExitCode {
    harness::run::<Http>(env!("CARGO_PKG_NAME"), |http, limits, meter| {
        meter.measure(|| fetch_all(&http.pages, &http.settings, limits))
    })
}
