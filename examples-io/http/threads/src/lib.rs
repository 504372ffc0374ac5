//! Fetches pages on threads of the standard library.
//!
//! ```sh
//! cargo run --release -p http-threads
//! ```
//!
//! Unlike *sequential*, it starts as many threads as requests may be in flight. A thread that waits
//! for its answer is blocked and uses no core, so there may be far more threads than cores.

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use anyhow::{Context, Result};
use harness::Limits;
use http_workload::{Outcome, Page, Settings, blocking::Client};

/// Fetches all pages, at most `limits.in_flight` at a time.
pub fn fetch_all(pages: &[Page], settings: &Settings, limits: Limits) -> Result<Vec<Outcome>> {
    let client = Client::new(settings, limits.in_flight);
    let next = AtomicUsize::new(0);
    let fetch = || {
        let mut fetched = Vec::new();
        // Each thread takes the next page that is left. `fetch_add` gives each index to one thread
        // only, and no other data depends on it, so `Relaxed` ordering suffices.
        while let Some(page) = pages.get(next.fetch_add(1, Ordering::Relaxed)) {
            fetched.push((page.index, client.fetch(page)));
        }
        fetched
    };
    let mut fetched = Vec::with_capacity(pages.len());
    // The scope waits for all its threads, so they may borrow the pages and the client.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..limits.in_flight.min(pages.len()))
            .map(|_| thread::Builder::new().spawn_scoped(scope, fetch))
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        for thread in threads {
            fetched.extend(thread.join().expect("no fetch panics"));
        }
        anyhow::Ok(())
    })?;
    // The results arrived as the threads finished. Sort them into input order.
    fetched.sort_unstable_by_key(|&(index, _)| index);
    Ok(fetched.into_iter().map(|(_, outcome)| outcome).collect())
}
