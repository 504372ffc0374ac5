//! Threads take the numbers of files from a channel, which is then closed.

use std::time::{Duration, Instant};
use std::{io, path::Path, thread};

use crossbeam_channel::{Receiver, bounded};
use pair::Unit;

use crate::{
    file,
    job::{Job, WORKERS, jobs},
};

/// Has workers write files, and has them stop. Returns how long that took.
pub(crate) fn run(folder: &Path) -> io::Result<Duration> {
    let (jobs, reports) = jobs(folder);
    let (sender, receiver) = bounded(WORKERS);
    let write = |job: Job| Unit::begin(job.worker).run(|| write_files(&job, &receiver));
    thread::scope(|scope| {
        let spawn = |job| scope.spawn(move || write(job));
        let workers: Vec<_> = jobs.into_iter().map(spawn).collect();
        let mut busy = 0;
        // A full channel has the sender wait, so that not more is queued than there are workers.
        for number in 0.. {
            busy += reports.try_iter().count();
            if busy == WORKERS || sender.send(number).is_err() {
                break;
            }
        }
        let told = Instant::now();
        // The workers still get what is queued, and then learn that there will be no more.
        drop(sender);
        for worker in workers {
            worker.join().expect("no worker panics")?;
        }
        Ok(told.elapsed())
    })
}

/// Writes files until the channel is closed and empty.
fn write_files(job: &Job, numbers: &Receiver<usize>) -> io::Result<()> {
    for (nth, number) in numbers.iter().enumerate() {
        file::write(job, number, nth)?;
    }
    Ok(())
}
