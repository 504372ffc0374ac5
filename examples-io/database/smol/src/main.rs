//! The program around [`database_smol::transfer_all`].

use std::{future::pending, process::ExitCode, thread};

use database_smol::{EXECUTOR, transfer_all};
use database_workload::Database;

fn main() -> ExitCode {
    harness::run::<Database>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        for _ in 0..limits.workers {
            // A thread that waits for what never comes, and runs tasks meanwhile.
            thread::Builder::new().spawn(|| smol::block_on(EXECUTOR.run(pending::<()>())))?;
        }
        meter.measure(|| smol::block_on(transfer_all(&input.batches, &input.settings, limits)))
    })
}
