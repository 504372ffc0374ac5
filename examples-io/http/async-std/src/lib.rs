//! Fetches pages with async on async-std, which is discontinued: start nothing new on it.
//!
//! ```sh
//! cargo run --release -p http-async-std
//! ```
//!
//! Unlike *sequential*, it spawns a task per page. A task that waits for its answer gives its
//! thread back to the runtime, so a few threads hold as many requests in flight as the limit allows.

use std::sync::Arc;

use anyhow::Result;
use async_std::{channel, task};
use harness::Limits;
use http_workload::{Outcome, Page, Settings, asynchronous::Client};
use runtimes::AsyncStd;

/// Fetches all pages, at most `limits.in_flight` at a time.
pub async fn fetch_all(
    pages: &[Page],
    settings: &Settings,
    limits: Limits,
) -> Result<Vec<Outcome>> {
    let client = Arc::new(Client::new(settings, AsyncStd));
    // async-std has no semaphore; a channel that holds as many permits as it has places is one.
    let (permits, returned) = channel::bounded(limits.in_flight);
    let mut tasks = Vec::with_capacity(pages.len());
    for page in pages {
        // A permit bounds the requests in flight: with none left, no further task is spawned.
        permits.send(()).await?;
        let (client, returned, page) = (client.clone(), returned.clone(), page.clone());
        tasks.push(task::spawn(async move {
            let outcome = client.fetch(&page).await;
            returned.try_recv().expect("the task's own permit is in the channel");
            outcome
        }));
    }
    // The tasks run whether or not anybody waits for them; here their results are put in order.
    let mut outcomes = Vec::with_capacity(pages.len());
    for task in tasks {
        outcomes.push(task.await);
    }
    Ok(outcomes)
}
