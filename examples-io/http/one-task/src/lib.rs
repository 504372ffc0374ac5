//! Fetches pages with async, all of them in one task on one thread.
//!
//! ```sh
//! cargo run --release -p http-one-task
//! ```
//!
//! Unlike *tokio*, it spawns nothing. A single task holds the requests in flight and polls those
//! that have news: they are concurrent, but no two of them ever run in parallel.

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
    // A future for each page. They stay inside this function, so they may borrow the client and the
    // pages; a spawned task could outlive both, and would have to own them.
    let requests = stream::iter(pages).map(async |page| (page.index, client.fetch(page).await));
    // The stream polls no more of them than the limit; whenever one of them ends, the next begins.
    // On an early return it is dropped, and every request in flight with it.
    let mut fetched: Vec<_> = requests.buffer_unordered(limits.in_flight).collect().await;
    // They came in as the requests ended; the results go out in input order.
    fetched.sort_unstable_by_key(|&(index, _)| index);
    Ok(fetched.into_iter().map(|(_, outcome)| outcome).collect())
}
