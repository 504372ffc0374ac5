//! The tasks are told to stop, and only a whole file gets its name.

use std::time::{Duration, Instant};
use std::{io, path::Path};

use pair::Unit;
use tempfile::NamedTempFile;
use tokio::{runtime::Builder, task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::job::{Job, PAUSE, PIECES, WORKERS, jobs, write_piece};

/// Has workers write files, and has them stop. Returns how long that took.
pub(crate) fn run(folder: &Path) -> io::Result<Duration> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_time().build()?;
    let (jobs, busy) = jobs(folder);
    let (stop, mut workers) = (CancellationToken::new(), JoinSet::new());
    for job in jobs {
        let unit = Unit::begin(job.worker);
        workers.spawn_on(unit.drive(write_files(job, stop.clone())), runtime.handle());
    }
    busy.iter().take(WORKERS).for_each(drop);
    let told = Instant::now();
    stop.cancel();
    // To be told is one thing, to have stopped another: wait for that.
    runtime.block_on(workers.join_all()).into_iter().collect::<io::Result<()>>()?;
    Ok(told.elapsed())
}

/// Writes files until it is told to stop.
pub(crate) async fn write_files(job: Job, stop: CancellationToken) -> io::Result<()> {
    for number in 0.. {
        // It has another name for now. Dropped, it removes the file.
        let mut file = NamedTempFile::new_in(&job.folder)?;
        for piece in 0..PIECES {
            if piece > 0 {
                job.waits(number, piece);
                if stop.run_until_cancelled(sleep(PAUSE)).await.is_none() {
                    return Ok(());
                }
            }
            write_piece(&mut file)?;
        }
        // Renaming is one step: others see a whole file, or none.
        file.persist(job.name(number))?;
    }
    Ok(())
}
