//! The program around [`database_smol::transfer_all`].

use std::{future::pending, process::ExitCode, thread, time::Duration};

use database_smol::{EXECUTOR, transfer_all};
use database_workload::Database;
use smol::Timer;

fn main() -> ExitCode {
    harness::run::<Database>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        for _ in 0..limits.workers {
            // A thread that waits for what never comes, and runs tasks meanwhile.
            thread::Builder::new().spawn(|| smol::block_on(EXECUTOR.run(pending::<()>())))?;
        }
        // The thread that waits for timers and sockets is started for the first of them. It should be
        // there before those that make blocking calls take what room is left for threads.
        smol::block_on(Timer::after(Duration::from_millis(1)));
        meter.measure(|| smol::block_on(transfer_all(&input.batches, &input.settings, limits)))
    })
}
