//! Exercise 3: overlap waits with threads.
//!
//! - Page: Overlapping waits with threads
//! - Task: `fetch_all` starts a thread for each page and yet fetches one page at a time. Let
//!   `limit` fetches be in flight, never more, and begin the next as soon as one of them ends.
//! - Checked: the most fetches in flight, that a slow page does not hold up the others, that pages
//!   come in input order, and that a page which fails is a value among them.
//! - Fails with: `at most 1 wait was in flight; the task allows 4`
//! - Fails with: `one page was slow, and 0 of the 15 others came meanwhile; wanted: all`
//! - Hint: start `limit` threads. Each takes the next index from a shared counter until none is
//!   left.

use std::thread;

/// A page, or why it could not be fetched.
pub type Page = Result<String, String>;

/// Fetches all pages, at most `limit` at a time, and returns them in input order. `fetch` blocks
/// its thread until the page has come.
pub fn fetch_all(urls: &[String], limit: usize, fetch: impl Fn(&str) -> Page + Sync) -> Vec<Page> {
    let fetch = &fetch;
    let mut pages = Vec::new();
    for urls in urls.chunks(limit) {
        thread::scope(|scope| {
            for url in urls {
                let thread = scope.spawn(move || fetch(url));
                pages.push(thread.join().expect("no fetch panics"));
            }
        });
    }
    pages
}
