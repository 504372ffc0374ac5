//! A task per request, on two threads.

use std::io;

use tokio::{runtime::Builder, task::JoinSet};

use crate::job::answer;

/// Answers so many requests, and returns the answers.
pub(crate) fn answer_all(requests: usize) -> io::Result<Vec<usize>> {
    // Each of two worker threads polls a task at a time. Without a number there is one per core.
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_time().build()?;
    runtime.block_on(async {
        let tasks: JoinSet<usize> = (0..requests).map(answer).collect();
        Ok(tasks.join_all().await)
    })
}
