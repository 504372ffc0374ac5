//! Fetches pages on a fixed set of threads, fed through a crossbeam channel.
//!
//! ```sh
//! cargo run --release -p http-crossbeam
//! ```
//!
//! Unlike *threads*, where each thread takes the next page itself, here a channel hands out the
//! pages, as if they came one by one from some source. The channel is bounded, so a source that is
//! faster than the threads waits instead of filling the memory.

use std::thread;

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, bounded, unbounded};
use harness::Limits;
use http_workload::{Outcome, Page, Settings, blocking::Client};

/// Fetches all pages, at most `limits.in_flight` at a time.
pub fn fetch_all(pages: &[Page], settings: &Settings, limits: Limits) -> Result<Vec<Outcome>> {
    let client = Client::new(settings, limits.in_flight);
    let (send_page, next_page) = bounded::<&Page>(limits.in_flight);
    let (send_outcome, outcomes) = unbounded();
    let fetch = |next_page: Receiver<&Page>| {
        // Unlike std's, a crossbeam channel may have many receivers: each page goes to one of them.
        for page in next_page {
            let outcome = client.fetch(page);
            send_outcome.send((page.index, outcome)).expect("the results are still wanted");
        }
    };
    // The scope waits for all its threads, so they may borrow the pages and the client.
    thread::scope(|scope| {
        for _ in 0..limits.in_flight.min(pages.len()) {
            let next_page = next_page.clone();
            let thread = thread::Builder::new().spawn_scoped(scope, || fetch(next_page));
            thread.context("cannot start so many threads")?;
        }
        // Now only the threads have a receiver. Sending fails only if all of them have panicked,
        // and the scope passes the panic on.
        drop(next_page);
        let _ = pages.iter().try_for_each(|page| send_page.send(page));
        // A closed channel tells the threads that no more pages will come.
        drop(send_page);
        anyhow::Ok(())
    })?;
    // The results arrived as the threads finished. Sort them into input order.
    let mut fetched: Vec<_> = outcomes.try_iter().collect();
    fetched.sort_unstable_by_key(|&(index, _)| index);
    Ok(fetched.into_iter().map(|(_, outcome)| outcome).collect())
}
