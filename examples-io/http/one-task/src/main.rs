//! The program around [`http_one_task::fetch_all`].

use std::process::ExitCode;

use http_one_task::fetch_all;
use http_workload::Http;
use tokio::runtime;

fn main() -> ExitCode {
    harness::run::<Http>(env!("CARGO_PKG_NAME"), |http, limits, meter| {
        // This runtime has no thread of its own: it runs on the one that calls it.
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        meter.measure(|| runtime.block_on(fetch_all(&http.pages, &http.settings, limits)))
    })
}
