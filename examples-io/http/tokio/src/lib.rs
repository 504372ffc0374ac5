//! Fetches pages with async on tokio.
//!
//! ```sh
//! cargo run --release -p http-tokio
//! ```
//!
//! Unlike *sequential*, it spawns a task per page. A task that waits for its answer gives its
//! thread back to the runtime, so a few threads hold as many requests in flight as the limit allows.

use std::sync::Arc;

use anyhow::Result;
use harness::Limits;
use http_workload::{Outcome, Page, Settings, asynchronous::Client};
use runtimes::Tokio;
use tokio::sync::Semaphore;

/// Fetches all pages, at most `limits.in_flight` at a time.
pub async fn fetch_all(
    pages: &[Page],
    settings: &Settings,
    limits: Limits,
) -> Result<Vec<Outcome>> {
    let client = Arc::new(Client::new(settings, Tokio));
    let permits = Arc::new(Semaphore::new(limits.in_flight));
    let mut tasks = Vec::with_capacity(pages.len());
    for page in pages {
        // A permit bounds the requests in flight: with none left, no further task is spawned.
        let permit = permits.clone().acquire_owned().await?;
        let (client, page) = (client.clone(), page.clone());
        tasks.push(tokio::spawn(async move {
            let outcome = client.fetch(&page).await;
            drop(permit);
            outcome
        }));
    }
    // The tasks run whether or not anybody waits for them; here their results are put in order.
    let mut outcomes = Vec::with_capacity(pages.len());
    for task in tasks {
        outcomes.push(task.await?);
    }
    Ok(outcomes)
}
