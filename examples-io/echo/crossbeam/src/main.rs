//! The program around [`echo_crossbeam::serve`].

use std::process::ExitCode;

use echo_crossbeam::serve;
use echo_workload::Echo;
use harness::capacity;

fn main() -> ExitCode {
    harness::run::<Echo>(env!("CARGO_PKG_NAME"), |echo, limits, meter| {
        capacity::for_threads(echo.settings.at_once(limits))?;
        meter.measure(|| serve(echo.listener()?, &echo.settings, limits))
    })
}
