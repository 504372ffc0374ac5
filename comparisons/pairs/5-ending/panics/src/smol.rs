//! Tasks on smol.

use smol::{Task, Timer};

use crate::{
    job::Job,
    work::{Done, WORK, check},
};

/// Has all jobs done, and returns what is known of each.
pub(crate) fn do_all(jobs: Vec<Job>) -> Vec<Done> {
    smol::block_on(async {
        let spawn = |job: Job| smol::spawn(do_one(job));
        let tasks: Vec<Task<usize>> = jobs.into_iter().map(spawn).collect();
        let mut done = Vec::new();
        for task in tasks {
            // A panic in the task goes on here. It drops the other handles, and that cancels their
            // tasks.
            done.push(Ok(task.await));
        }
        done
    })
}

/// Does one job.
pub(crate) async fn do_one(job: Job) -> usize {
    let index = job.index;
    let work = async {
        check(index);
        Timer::after(WORK).await;
        index
    };
    job.drive(work).await
}
