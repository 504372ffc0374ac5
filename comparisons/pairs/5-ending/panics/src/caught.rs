//! Tasks on smol, each of which catches its own panic.

use std::panic::AssertUnwindSafe;

use futures_lite::FutureExt;
use smol::Task;

use crate::{
    job::Job,
    smol::do_one,
    work::{Done, message},
};

/// Has all jobs done, and returns what is known of each.
pub(crate) fn do_all(jobs: Vec<Job>) -> Vec<Done> {
    smol::block_on(async {
        let spawn = |job: Job| smol::spawn(catch(job));
        let tasks: Vec<Task<Done>> = jobs.into_iter().map(spawn).collect();
        let mut done = Vec::new();
        for task in tasks {
            done.push(task.await);
        }
        done
    })
}

/// Does one job. Nobody sees what a panic leaves half done: the job owns all that it changes.
async fn catch(job: Job) -> Done {
    let caught = AssertUnwindSafe(do_one(job)).catch_unwind().await;
    caught.map_err(|panic| message(&*panic))
}
