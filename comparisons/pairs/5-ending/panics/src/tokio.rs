//! Tasks on tokio.

use tokio::{runtime::Builder, task::JoinHandle, time::sleep};

use crate::{
    job::Job,
    work::{Done, WORK, check, message},
};

/// Has all jobs done, and returns what is known of each.
pub(crate) fn do_all(jobs: Vec<Job>) -> Vec<Done> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_time().build();
    runtime.expect("threads can be started").block_on(async {
        let spawn = |job: Job| tokio::spawn(do_one(job));
        let tasks: Vec<JoinHandle<usize>> = jobs.into_iter().map(spawn).collect();
        let mut done = Vec::new();
        for task in tasks {
            // tokio catches a panic in the task, and hands it over as an error.
            done.push(task.await.map_err(|error| message(&*error.into_panic())));
        }
        done
    })
}

async fn do_one(job: Job) -> usize {
    let index = job.index;
    let work = async {
        check(index);
        sleep(WORK).await;
        index
    };
    job.drive(work).await
}
