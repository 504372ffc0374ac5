//! The program around [`http_crossbeam::fetch_all`].

use std::process::ExitCode;

use harness::room;
use http_crossbeam::fetch_all;
use http_workload::Http;

fn main() -> ExitCode {
    harness::run::<Http>("crossbeam", |http, limits, meter| {
        room::for_threads(limits.in_flight)?;
        meter.measure(|| fetch_all(&http.pages, &http.settings, limits))
    })
}
