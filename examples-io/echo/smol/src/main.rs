//! The program around [`echo_smol::serve`].

use std::{future::pending, process::ExitCode, thread};

use echo_smol::{EXECUTOR, serve};
use echo_workload::Echo;

fn main() -> ExitCode {
    harness::run::<Echo>(env!("CARGO_PKG_NAME"), |echo, limits, meter| {
        for _ in 0..limits.workers {
            // This thread waits for a future that never ends, and runs tasks meanwhile.
            thread::Builder::new().spawn(|| smol::block_on(EXECUTOR.run(pending::<()>())))?;
        }
        meter.measure(|| smol::block_on(serve(echo.listener()?, &echo.settings, limits)))
    })
}
