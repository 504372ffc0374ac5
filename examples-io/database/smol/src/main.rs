//! The program around [`database_smol::transfer_all`].

use std::{future::pending, process::ExitCode, thread, time::Duration};

use database_smol::{EXECUTOR, transfer_all};
use database_workload::Database;
use smol::Timer;

fn main() -> ExitCode {
    harness::run::<Database>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        for _ in 0..limits.workers {
            // This thread waits for a future that never ends, and runs tasks meanwhile.
            thread::Builder::new().spawn(|| smol::block_on(EXECUTOR.run(pending::<()>())))?;
        }
        // The first timer or socket starts a thread that waits for all of them. Start it now,
        // before threads for blocking calls take the room that is left.
        smol::block_on(Timer::after(Duration::from_millis(1)));
        meter.measure(|| smol::block_on(transfer_all(&input.batches, &input.settings, limits)))
    })
}
