//! The program around [`echo_processes::serve`].

use std::process::ExitCode;

use echo_processes::{run_if_asked, serve, work};
use echo_workload::Echo;

fn main() -> ExitCode {
    // `serve` starts this same program again for each worker, and there this never returns.
    run_if_asked(work);
    harness::run::<Echo>(env!("CARGO_PKG_NAME"), |echo, limits, meter| {
        meter.measure(|| serve(echo.open()?, &echo.settings, limits))
    })
}
