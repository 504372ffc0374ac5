//! The program around [`life_tokio::evolve`].

use std::process::ExitCode;

use life_tokio::evolve;
use life_workload::Life;
use tokio::runtime;

fn main() -> ExitCode {
    harness::run::<Life>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        let runtime =
            runtime::Builder::new_multi_thread().worker_threads(limits.workers).build()?;
        meter.measure(|| runtime.block_on(evolve(input, limits)))
    })
}
