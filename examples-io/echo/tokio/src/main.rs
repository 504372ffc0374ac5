//! The program around [`echo_tokio::serve`].

use std::process::ExitCode;

use echo_tokio::serve;
use echo_workload::Echo;
use tokio::runtime;

fn main() -> ExitCode {
    harness::run::<Echo>(env!("CARGO_PKG_NAME"), |echo, limits, meter| {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(limits.workers)
            .enable_all()
            .build()?;
        meter.measure(|| runtime.block_on(serve(echo.listener()?, &echo.settings, limits)))
    })
}
