//! The tasks are aborted, and what they write has its name from the beginning.

use std::{
    fs::File,
    io,
    path::Path,
    time::{Duration, Instant},
};

use pair::Unit;
use tokio::{runtime::Builder, task::JoinSet, time::sleep};

use crate::job::{Job, PAUSE, PIECES, WORKERS, jobs, write_piece};

/// Has workers write files, and has them stop. Returns how long that took.
pub(crate) fn run(folder: &Path) -> io::Result<Duration> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_time().build()?;
    let (jobs, busy) = jobs(folder);
    let mut workers = JoinSet::new();
    for job in jobs {
        let unit = Unit::begin(job.worker);
        workers.spawn_on(unit.drive(write_files(job)), runtime.handle());
    }
    busy.iter().take(WORKERS).for_each(drop);
    let told = Instant::now();
    // An aborted task is dropped at the await that it has come to.
    runtime.block_on(workers.shutdown());
    Ok(told.elapsed())
}

/// Writes files, and does not ask whether it should stop.
pub(crate) async fn write_files(job: Job) -> io::Result<()> {
    for number in 0.. {
        let mut file = File::create(job.name(number))?;
        for piece in 0..PIECES {
            if piece > 0 {
                job.waits(number, piece);
                sleep(PAUSE).await;
            }
            write_piece(&mut file)?;
        }
    }
    Ok(())
}
