//! Fetches pages on a fixed set of threads, fed through a crossbeam channel.
//!
//! ```sh
//! cargo run --release -p http-crossbeam
//! ```
//!
//! Unlike *threads*, where each thread takes the next page itself, here a channel hands out the
//! pages, as if they came one by one from some source. The channel is bounded, so a source that is
//! faster than the threads waits instead of filling the memory.

use std::{io, thread};

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, bounded};
use harness::Limits;
use http_workload::{Outcome, Page, Settings, blocking::Client};

/// Fetches all pages, at most `limits.in_flight` at a time.
pub fn fetch_all(pages: &[Page], settings: &Settings, limits: Limits) -> Result<Vec<Outcome>> {
    let client = Client::new(settings, limits.in_flight);
    let (send_page, next_page) = bounded::<&Page>(limits.in_flight);
    let fetch = |next_page: Receiver<&Page>| {
        // Unlike std's, a crossbeam channel may have many receivers: each page goes to one of them.
        next_page.iter().map(|page| (page.index, client.fetch(page))).collect::<Vec<_>>()
    };
    let mut fetched = Vec::with_capacity(pages.len());
    // The scope waits for all its threads, so they may borrow the pages and the client.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..limits.in_flight.min(pages.len()))
            .map(|_| next_page.clone())
            .map(|next_page| thread::Builder::new().spawn_scoped(scope, || fetch(next_page)))
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        // Now only the threads have a receiver. Sending fails only if all of them have panicked,
        // and the scope passes the panic on.
        drop(next_page);
        let _ = pages.iter().try_for_each(|page| send_page.send(page));
        // A closed channel tells the threads that no more pages will come.
        drop(send_page);
        for thread in threads {
            fetched.extend(thread.join().expect("no fetch panics"));
        }
        anyhow::Ok(())
    })?;
    // The results arrived as the threads finished. Sort them into input order.
    fetched.sort_unstable_by_key(|&(index, _)| index);
    Ok(fetched.into_iter().map(|(_, outcome)| outcome).collect())
}
