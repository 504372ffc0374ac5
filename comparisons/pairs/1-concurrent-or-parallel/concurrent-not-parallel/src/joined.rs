//! A future per request, all in one task; there are two threads for it.

use std::io;

use futures_util::future::join_all;
use tokio::runtime::Builder;

use crate::job::answer;

/// Answers so many requests, and returns the answers.
pub(crate) fn answer_all(requests: usize) -> io::Result<Vec<usize>> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_time().build()?;
    runtime.block_on(async {
        // The runtime spreads tasks over its threads. These futures belong to one task, which is
        // polled by one thread at a time, however many there are.
        let task = tokio::spawn(join_all((0..requests).map(answer)));
        Ok(task.await.expect("answering does not panic"))
    })
}
