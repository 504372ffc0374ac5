//! The program around [`sleep_smol::wait_all`].

use std::{future::pending, process::ExitCode, thread};

use sleep_smol::{EXECUTOR, wait_all};
use sleep_workload::Sleep;

fn main() -> ExitCode {
    harness::run::<Sleep>(env!("CARGO_PKG_NAME"), |&(tasks, latency), limits, meter| {
        for _ in 0..limits.workers {
            // This thread waits for a future that never ends, and runs tasks meanwhile.
            thread::Builder::new().spawn(|| smol::block_on(EXECUTOR.run(pending::<()>())))?;
        }
        meter.measure(|| smol::block_on(wait_all(tasks, latency, limits)))
    })
}
