//! The program around [`http_tokio::fetch_all`].

use std::process::ExitCode;

use http_tokio::fetch_all;
use http_workload::Http;
use tokio::runtime;

fn main() -> ExitCode {
    harness::run::<Http>(env!("CARGO_PKG_NAME"), |http, limits, meter| {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(limits.workers)
            .enable_all()
            .build()?;
        meter.measure(|| runtime.block_on(fetch_all(&http.pages, &http.settings, limits)))
    })
}
