//! Tasks on async-std.

use async_std::task::{self, JoinHandle};

use crate::{
    job::Job,
    work::{Done, WORK, check},
};

/// Has all jobs done, and returns what is known of each.
pub(crate) fn do_all(jobs: Vec<Job>) -> Vec<Done> {
    task::block_on(async {
        let spawn = |job: Job| task::spawn(do_one(job));
        let tasks: Vec<JoinHandle<usize>> = jobs.into_iter().map(spawn).collect();
        let mut done = Vec::new();
        for task in tasks {
            // A panic in the task goes on here. It drops the other handles, and that detaches their
            // tasks: they run on.
            done.push(Ok(task.await));
        }
        done
    })
}

async fn do_one(job: Job) -> usize {
    let index = job.index;
    let work = async {
        check(index);
        task::sleep(WORK).await;
        index
    };
    job.drive(work).await
}
