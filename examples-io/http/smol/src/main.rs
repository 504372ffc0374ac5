//! The program around [`http_smol::fetch_all`].

use std::{future::pending, process::ExitCode, thread};

use http_smol::{EXECUTOR, fetch_all};
use http_workload::Http;

fn main() -> ExitCode {
    harness::run::<Http>(env!("CARGO_PKG_NAME"), |http, limits, meter| {
        for _ in 0..limits.workers {
            // This thread waits for a future that never ends, and runs tasks meanwhile.
            thread::Builder::new().spawn(|| smol::block_on(EXECUTOR.run(pending::<()>())))?;
        }
        meter.measure(|| smol::block_on(fetch_all(&http.pages, &http.settings, limits)))
    })
}
