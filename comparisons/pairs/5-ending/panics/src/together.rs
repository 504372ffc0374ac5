//! All jobs in one process of their own, since a panic ends all of it.

use std::io::{self, BufRead, BufReader, Write};
use std::{sync::mpsc::Receiver, thread};

use rayon::ThreadPoolBuilder;

use crate::work::{Done, JOBS, PANICS, check, rest};
use crate::{child, job::jobs, process::ended};

/// What the process prints for each job that has finished.
const FINISHED: &str = "finished";

/// Has a process do that task. Returns how it ended, and how many of its jobs had finished by then.
pub(crate) fn do_all(task: &str) -> io::Result<(Done, usize)> {
    let mut process = child::command(task).spawn()?;
    let lines = BufReader::new(process.stdout.take().expect("it is a pipe")).lines();
    let finished = lines.map_while(Result::ok).filter(|line| line.ends_with(FINISHED)).count();
    let status = process.wait()?;
    Ok((if status.success() { Ok(finished) } else { Err(ended(status)) }, finished))
}

/// Does one of the jobs on the main thread, which panics.
pub(crate) fn panic_on_the_main_thread() {
    let (mut jobs, finished) = jobs();
    let panics = jobs.swap_remove(PANICS);
    for job in jobs {
        thread::spawn(|| job.run(|index| rest(check(index))));
    }
    thread::spawn(|| print(finished));
    panics.run(check);
}

/// Spawns the jobs into rayon's pool, which has no handler for panics.
pub(crate) fn panic_in_a_pool() {
    let (jobs, finished) = jobs();
    let pool = ThreadPoolBuilder::new().num_threads(JOBS).build().expect("threads can be started");
    for job in jobs {
        pool.spawn(|| _ = job.run(|index| rest(check(index))));
    }
    print(finished);
}

/// Prints a line for each job that has finished. If nobody reads it, the process is done for.
fn print(finished: Receiver<usize>) {
    let _ = finished.iter().try_for_each(|_| writeln!(io::stdout(), "{FINISHED}"));
}
