//! The program around [`primes_async_std::count_primes`].

use std::process::ExitCode;

use async_global_executor::GlobalExecutorConfig;
use async_std::task;
use primes_async_std::count_primes;
use primes_workload::Primes;

fn main() -> ExitCode {
    harness::run::<Primes>(env!("CARGO_PKG_NAME"), |&below, limits, meter| {
        // async-std itself reads its number of threads only from the environment.
        let threads = GlobalExecutorConfig::default().with_min_threads(limits.workers);
        async_global_executor::init_with_config(threads.with_max_threads(limits.workers));
        meter.measure(|| task::block_on(count_primes(below, limits)))
    })
}
