//! Fetches pages in worker processes.
//!
//! ```sh
//! cargo run --release -p http-processes
//! ```
//!
//! Unlike *sequential*, it hands the pages to a pool of processes, as Python's
//! `multiprocessing.Pool` would. Each process waits for its own page. Processes share no memory
//! here, so pages and outcomes travel through pipes, and each has its own connections.

use anyhow::Result;
use harness::{
    Limits,
    pool::{JobError, Pool},
};
use http_workload::{Outcome, Page, Settings, blocking::Client};

/// Fetches all pages, at most `limits.in_flight` at a time.
pub fn fetch_all(pages: &[Page], settings: &Settings, limits: Limits) -> Result<Vec<Outcome>> {
    // A worker holds one page at a time, so the number of workers bounds the requests in flight.
    let mut pool = Pool::new(limits.in_flight, settings)?;
    let answers: Vec<Result<Outcome, JobError>> = pool.map(pages)?;
    // The pool is dropped at the end of this function, where it waits for its workers to end.
    Ok(answers.into_iter().map(|answer| answer.unwrap_or_else(|e| Err(e.into()))).collect())
}

/// What each worker process does: `main` hands this to the pool.
pub fn worker(settings: Settings) -> impl FnMut(Page) -> Outcome {
    let client = Client::new(&settings, 1);
    move |page| client.fetch(&page)
}
