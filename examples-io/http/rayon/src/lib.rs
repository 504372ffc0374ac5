//! Fetches pages on rayon's pool of threads.
//!
//! ```sh
//! cargo run --release -p http-rayon
//! cargo run --release -p http-rayon -- --workers 50
//! ```
//!
//! Unlike *sequential*, it iterates in parallel, which takes one word. But rayon is made for
//! computing: its pool has a thread per core, and a thread that waits for an answer can do nothing
//! else. So only as many waits overlap as there are cores. The second command makes the pool
//! larger.

use anyhow::Result;
use harness::Limits;
use http_workload::{Outcome, Page, Settings, blocking::Client};
use rayon::prelude::*;

/// Fetches all pages, one at a time on each thread of the pool that calls it.
pub fn fetch_all(pages: &[Page], settings: &Settings, limits: Limits) -> Result<Vec<Outcome>> {
    let client = Client::new(settings, limits.in_flight);
    // The pool's threads steal pages from each other; `collect` keeps the input order.
    Ok(pages.par_iter().map(|page| client.fetch(page)).collect())
}
