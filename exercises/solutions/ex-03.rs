//! Exercise 3, solved: overlap waits with threads.
//!
//! Joining a chunk's threads after the loop would overlap its waits, too. But then the slowest page
//! of each chunk holds up the next chunk.

use std::{
    iter,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// A page, or why it could not be fetched.
pub type Page = Result<String, String>;

/// Fetches all pages, at most `limit` at a time, and returns them in input order. `fetch` blocks
/// its thread until the page has come.
pub fn fetch_all(urls: &[String], limit: usize, fetch: impl Fn(&str) -> Page + Sync) -> Vec<Page> {
    // A place for each page: so they are in input order.
    let pages: Vec<_> = urls.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        // `fetch_add` gives each index to one thread only, and nothing else depends on its order:
        // relaxed suffices.
        let indices = iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        for index in indices.take_while(|&index| index < urls.len()) {
            pages[index].set(fetch(&urls[index])).expect("no other thread has taken it");
        }
    };
    // The scope ends when all its threads have, so they may borrow the pages and the counter.
    thread::scope(|scope| {
        for _ in 0..limit.min(urls.len()) {
            scope.spawn(work);
        }
    });
    let pages = pages.into_iter().map(OnceLock::into_inner);
    pages.map(|page| page.expect("every page was taken")).collect()
}
