//! One of the tasks does not listen, and is aborted at the deadline.

use std::time::{Duration, Instant};
use std::{future, io, path::Path};

use pair::Unit;
use tempfile::NamedTempFile;
use tokio::{runtime::Builder, task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    job::{Job, WORKERS, jobs, write_piece},
    right,
};

/// How long the workers have to stop.
const DEADLINE: Duration = Duration::from_millis(100);

/// Has workers write files, and has them stop. Returns how long that took.
pub(crate) fn run(folder: &Path) -> io::Result<Duration> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_time().build()?;
    let (mut jobs, busy) = jobs(folder);
    let (stop, mut workers) = (CancellationToken::new(), JoinSet::new());
    let waits = wait_forever(jobs.swap_remove(0));
    workers.spawn_on(Unit::begin(0).drive(waits), runtime.handle());
    for job in jobs {
        let unit = Unit::begin(job.worker);
        workers.spawn_on(unit.drive(right::write_files(job, stop.clone())), runtime.handle());
    }
    busy.iter().take(WORKERS - 1).for_each(drop);
    let told = Instant::now();
    stop.cancel();
    runtime.block_on(async {
        let all = async { while workers.join_next().await.is_some() {} };
        if timeout(DEADLINE, all).await.is_err() {
            workers.shutdown().await;
        }
    });
    Ok(told.elapsed())
}

/// Waits for a piece that never comes. The abort drops the file, and that removes it.
async fn wait_forever(job: Job) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(&job.folder)?;
    write_piece(&mut file)?;
    future::pending().await
}
