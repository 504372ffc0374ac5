//! A task that reads and tasks that tick, on async-std.

use std::io;

use async_global_executor::GlobalExecutorConfig;
use async_std::task;

use crate::{
    file::SlowFile,
    meanwhile::Meanwhile,
    times::{NEIGHBOURS, TICK},
};

/// Runs a reader, and some tasks beside it. Returns how often these ticked.
pub(crate) fn run<R>(read: fn(SlowFile) -> R) -> io::Result<usize>
where
    R: Future<Output = io::Result<String>> + Send + 'static,
{
    let meanwhile = Meanwhile::beside(1);
    // async-std has a thread per core for tasks, if not told otherwise before its first task.
    let config = GlobalExecutorConfig::default().with_min_threads(1).with_max_threads(1);
    async_global_executor::init_with_config(config.with_thread_name_fn(|| "async-std".into()));
    task::block_on(async {
        let tick = |i| task::spawn(meanwhile.clone().tick(1 + i, || task::sleep(TICK)));
        let neighbours: Vec<_> = (0..NEIGHBOURS).map(tick).collect();
        task::spawn(read(SlowFile { task: 0, meanwhile: meanwhile.clone() })).await?;
        for neighbour in neighbours {
            neighbour.await;
        }
        Ok(meanwhile.ticks())
    })
}
