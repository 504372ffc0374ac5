//! The program around [`http_rayon::fetch_all`].

use std::process::ExitCode;

use http_rayon::fetch_all;
use http_workload::Http;
use rayon::ThreadPoolBuilder;

fn main() -> ExitCode {
    harness::run::<Http>(env!("CARGO_PKG_NAME"), |http, limits, meter| {
        // A thread of the pool holds one request at a time, so both limits bound the pool.
        let threads = limits.workers.min(limits.in_flight);
        let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
        meter.measure(|| pool.install(|| fetch_all(&http.pages, &http.settings, limits)))
    })
}
