//! The tasks are cancelled, which is smol's word for dropping them, and clean up by being dropped.

use std::{
    io,
    path::Path,
    time::{Duration, Instant},
};

use pair::Unit;
use smol::{Task, Timer};
use tempfile::NamedTempFile;

use crate::job::{Job, PAUSE, PIECES, WORKERS, jobs, write_piece};

/// Has workers write files, and has them stop. Returns how long that took.
pub(crate) fn run(folder: &Path) -> io::Result<Duration> {
    let (jobs, busy) = jobs(folder);
    let spawn = |job: Job| smol::spawn(Unit::begin(job.worker).drive(write_files(job)));
    let workers: Vec<Task<io::Result<()>>> = jobs.into_iter().map(spawn).collect();
    busy.iter().take(WORKERS).for_each(drop);
    let told = Instant::now();
    smol::block_on(async {
        for worker in workers {
            // `drop(worker)` would stop it as well, but not wait until it has stopped.
            worker.cancel().await.transpose()?;
        }
        Ok(told.elapsed())
    })
}

async fn write_files(job: Job) -> io::Result<()> {
    for number in 0.. {
        // No code here is about being stopped: dropped, this removes the file.
        let mut file = NamedTempFile::new_in(&job.folder)?;
        for piece in 0..PIECES {
            if piece > 0 {
                job.waits(number, piece);
                Timer::after(PAUSE).await;
            }
            write_piece(&mut file)?;
        }
        file.persist(job.name(number))?;
    }
    Ok(())
}
