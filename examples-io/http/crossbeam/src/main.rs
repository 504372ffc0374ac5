//! The program around [`http_crossbeam::fetch_all`].

use std::process::ExitCode;

use http_crossbeam::fetch_all;
use http_workload::Http;

fn main() -> ExitCode {
    harness::run::<Http>("crossbeam", |http, limits, meter| {
        meter.measure(|| fetch_all(&http.pages, &http.settings, limits))
    })
}
