//! Fetches pages one after the other: the baseline of the row.
//!
//! ```sh
//! cargo run --release -p http-sequential
//! ```

use anyhow::Result;
use harness::Limits;
use http_workload::{Outcome, Page, Settings, blocking::Client};

/// Fetches all pages, one at a time.
pub fn fetch_all(pages: &[Page], settings: &Settings, _limits: Limits) -> Result<Vec<Outcome>> {
    let client = Client::new(settings, 1);
    // The next request is sent only when the last answer is here, so the waits add up.
    Ok(pages.iter().map(|page| client.fetch(page)).collect())
}
