//! A task per request, on one thread.

use std::io;

use tokio::{runtime::Builder, task::JoinSet};

use crate::job::answer;

/// Answers so many requests, and returns the answers.
pub(crate) fn answer_all(requests: usize) -> io::Result<Vec<usize>> {
    // The thread that calls `block_on` polls every task, one after the other.
    let runtime = Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let tasks: JoinSet<usize> = (0..requests).map(answer).collect();
        Ok(tasks.join_all().await)
    })
}
