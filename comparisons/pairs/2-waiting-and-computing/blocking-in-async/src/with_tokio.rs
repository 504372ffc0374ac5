//! Tasks that read and tasks that tick, on tokio.

use std::io;

use tokio::{runtime::Builder, task::JoinSet, time::sleep};

use crate::{
    file::SlowFile,
    meanwhile::Meanwhile,
    times::{NEIGHBOURS, TICK},
};

/// Runs as many readers as threads, and some tasks beside them. Returns how often these ticked.
pub(crate) fn run<R>(threads: usize, read: fn(SlowFile) -> R) -> io::Result<usize>
where
    R: Future<Output = io::Result<String>> + Send + 'static,
{
    let runtime = Builder::new_multi_thread().worker_threads(threads).enable_time().build()?;
    let meanwhile = Meanwhile::beside(threads);
    runtime.block_on(async {
        let tick = |i| meanwhile.clone().tick(threads + i, || sleep(TICK));
        let neighbours: JoinSet<()> = (0..NEIGHBOURS).map(tick).collect();
        let file = |task| SlowFile { task, meanwhile: meanwhile.clone() };
        let readers: JoinSet<_> = (0..threads).map(file).map(read).collect();
        for content in readers.join_all().await {
            content?;
        }
        neighbours.join_all().await;
        Ok(meanwhile.ticks())
    })
}
