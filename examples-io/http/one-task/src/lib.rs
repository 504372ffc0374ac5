//! Fetches pages with async, all of them in one task on one thread.
//!
//! ```sh
//! cargo run --release -p http-one-task
//! ```
//!
//! Unlike *tokio*, it spawns nothing. A single task holds the requests in flight and polls those
//! with news. They are concurrent, but no two ever run in parallel.

use anyhow::Result;
use futures_util::stream::{self, StreamExt};
use harness::Limits;
use http_workload::{Outcome, Page, Settings, asynchronous::Client};
use runtimes::Tokio;

/// Fetches all pages, at most `limits.in_flight` at a time.
pub async fn fetch_all(
    pages: &[Page],
    settings: &Settings,
    limits: Limits,
) -> Result<Vec<Outcome>> {
    let client = Client::new(settings, limits.in_flight, Tokio);
    // A future for each page. It stays inside this function, so it may borrow the client and the
    // page. A spawned task could outlive both and would have to own them.
    let requests = stream::iter(pages).map(async |page| (page.index, client.fetch(page).await));
    // `buffer_unordered` polls at most `in_flight` at a time: when one ends, the next begins. On an
    // early return the stream drops the futures, which ends their requests.
    let mut fetched: Vec<_> = requests.buffer_unordered(limits.in_flight).collect().await;
    // The results arrived as the requests ended. Sort them into input order.
    fetched.sort_unstable_by_key(|&(index, _)| index);
    Ok(fetched.into_iter().map(|(_, outcome)| outcome).collect())
}
