//! The program around [`database_async_std::transfer_all`].

use std::{process::ExitCode, time::Duration};

use async_global_executor::GlobalExecutorConfig;
use async_std::task;
use database_async_std::transfer_all;
use database_workload::Database;

fn main() -> ExitCode {
    harness::run::<Database>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        // async-std itself reads its number of threads only from the environment.
        let threads = GlobalExecutorConfig::default().with_min_threads(limits.workers);
        async_global_executor::init_with_config(threads.with_max_threads(limits.workers));
        // The first timer or socket starts a thread that waits for all of them. Start it now,
        // before threads for blocking calls take the room that is left.
        task::block_on(task::sleep(Duration::from_millis(1)));
        meter.measure(|| task::block_on(transfer_all(&input.batches, &input.settings, limits)))
    })
}
