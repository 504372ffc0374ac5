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
use async_std::task;
use futures_util::stream::{self, StreamExt};
use harness::Limits;
use http_workload::{Outcome, Page, Settings, asynchronous::Client};
use runtimes::AsyncStd;

/// Fetches all pages, at most `limits.in_flight` at a time.
pub async fn fetch_all(
    pages: &[Page],
    settings: &Settings,
    limits: Limits,
) -> Result<Vec<Outcome>> {
    let client = Arc::new(Client::new(settings, limits.in_flight, AsyncStd));
    // The stream spawns a task whenever it is asked for the next one.
    let tasks = stream::iter(pages).map(|page| {
        let (client, page) = (client.clone(), page.clone());
        task::spawn(async move { (page.index, client.fetch(&page).await) })
    });
    // `buffer_unordered` holds at most `in_flight` tasks at a time: when one ends, the next begins.
    // On an early return the stream drops the tasks' handles, but async-std lets the tasks go on.
    let mut fetched: Vec<_> = tasks.buffer_unordered(limits.in_flight).collect().await;
    // The results arrived as the tasks ended. Sort them into input order.
    fetched.sort_unstable_by_key(|&(index, _)| index);
    Ok(fetched.into_iter().map(|(_, outcome)| outcome).collect())
}
