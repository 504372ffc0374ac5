//! The program around [`life_smol::evolve`].

use std::{future::pending, process::ExitCode, thread};

use life_smol::{EXECUTOR, evolve};
use life_workload::Life;

fn main() -> ExitCode {
    harness::run::<Life>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        for _ in 0..limits.workers {
            // This thread waits for a future that never ends, and runs tasks meanwhile.
            thread::Builder::new().spawn(|| smol::block_on(EXECUTOR.run(pending::<()>())))?;
        }
        meter.measure(|| smol::block_on(evolve(input, limits)))
    })
}
