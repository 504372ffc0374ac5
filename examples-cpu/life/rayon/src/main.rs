//! The program around [`life_rayon::evolve`].

use std::process::ExitCode;

use life_rayon::evolve;
use life_workload::Life;
use rayon::ThreadPoolBuilder;

fn main() -> ExitCode {
    harness::run::<Life>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        let pool = ThreadPoolBuilder::new().num_threads(limits.workers).build()?;
        meter.measure(|| pool.install(|| evolve(input, limits)))
    })
}
