//! Exercise 4: overlap waits with async.
//!
//! - Page: Overlapping waits with async
//! - Task: `fetch_all` makes `limit` futures and yet fetches one page at a time, since a future
//!   does nothing until it is polled. Let `limit` fetches be in flight, never more, all in this one
//!   task.
//! - Checked: the most fetches in flight, that one thread polls them all, that pages come in input
//!   order, and that a page which fails is a value among them.
//! - Fails with: `at most 1 wait was in flight; the task allows 8`
//! - Hint: `buffered` of `futures_util::StreamExt` polls so many futures of a stream together.
//!   `stream::iter` makes a stream of an iterator.

use std::future::Future;

/// A page, or why it could not be fetched.
pub type Page = Result<String, String>;

/// Fetches all pages, at most `limit` at a time, and returns them in input order.
pub async fn fetch_all<F: Future<Output = Page>>(
    urls: &[String],
    limit: usize,
    fetch: impl Fn(String) -> F,
) -> Vec<Page> {
    let mut pages = Vec::new();
    for urls in urls.chunks(limit) {
        let fetches: Vec<F> = urls.iter().map(|url| fetch(url.clone())).collect();
        for fetch in fetches {
            pages.push(fetch.await);
        }
    }
    pages
}
