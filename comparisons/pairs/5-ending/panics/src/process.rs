//! A process for each job.

use std::thread::{self, JoinHandle};

use pair::unit::waiting;

use crate::{
    child,
    job::Job,
    work::{Done, PANICS},
};

/// Has all jobs done, and returns what is known of each. With `aborts`, the process of the job that
/// fails aborts where it otherwise panics.
pub(crate) fn do_all(jobs: Vec<Job>, aborts: bool) -> Vec<Done> {
    let work = move |index: usize| {
        let task = if aborts && index == PANICS { "abort" } else { &index.to_string() };
        let status = waiting(|| child::command(task).status()).expect("this program is there");
        if status.success() { Ok(index) } else { Err(child::ended(status)) }
    };
    // These threads only wait.
    let spawn = |job: Job| thread::spawn(move || job.run(work));
    let threads: Vec<JoinHandle<Done>> = jobs.into_iter().map(spawn).collect();
    threads.into_iter().map(|thread| thread.join().expect("to wait does not panic")).collect()
}
