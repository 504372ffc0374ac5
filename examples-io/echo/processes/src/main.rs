//! The program around [`echo_processes::serve`].

use std::process::ExitCode;

use echo_processes::{serve, work};
use echo_workload::{Echo, worker};
use harness::capacity;

fn main() -> ExitCode {
    // `serve` starts this program again for each worker, where this call never returns.
    worker::run_if_asked(work);
    harness::run::<Echo>(env!("CARGO_PKG_NAME"), |echo, limits, meter| {
        capacity::for_processes(echo.settings.at_once(limits))?;
        meter.measure(|| serve(echo.listener()?, &echo.settings, limits))
    })
}
