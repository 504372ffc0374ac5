//! Threads look at a flag between two files.

use std::{
    io,
    path::Path,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use pair::Unit;

use crate::{
    file,
    job::{Job, WORKERS, jobs},
};

/// Has workers write files, and has them stop. Returns how long that took.
pub(crate) fn run(folder: &Path) -> io::Result<Duration> {
    let (jobs, busy) = jobs(folder);
    let stop = AtomicBool::new(false);
    let write = |job: Job| Unit::begin(job.worker).run(|| write_files(&job, &stop));
    thread::scope(|scope| {
        let spawn = |job| scope.spawn(move || write(job));
        let workers: Vec<_> = jobs.into_iter().map(spawn).collect();
        busy.iter().take(WORKERS).for_each(drop);
        let told = Instant::now();
        // The flag hands over nothing but itself, so the relaxed ordering suffices.
        stop.store(true, Relaxed);
        for worker in workers {
            worker.join().expect("no worker panics")?;
        }
        Ok(told.elapsed())
    })
}

/// Writes files until the flag is set. Nobody can end a thread from outside.
fn write_files(job: &Job, stop: &AtomicBool) -> io::Result<()> {
    let mut number = 0;
    while !stop.load(Relaxed) {
        file::write(job, number, number)?;
        number += 1;
    }
    Ok(())
}
