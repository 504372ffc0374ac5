//! The program around [`echo_rayon::serve`].

use std::process::ExitCode;

use anyhow::Context;
use echo_rayon::serve;
use echo_workload::Echo;
use rayon::ThreadPoolBuilder;

fn main() -> ExitCode {
    harness::run::<Echo>(env!("CARGO_PKG_NAME"), |echo, limits, meter| {
        // A thread of the pool holds one connection, so both limits bound the pool.
        let threads = limits.workers.min(echo.settings.at_once(limits));
        let pool = ThreadPoolBuilder::new().num_threads(threads).build_global();
        pool.context("cannot start so many threads")?;
        meter.measure(|| serve(echo.listener()?, &echo.settings, limits))
    })
}
