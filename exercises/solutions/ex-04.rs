//! Exercise 4, solved: overlap waits with async.
//!
//! A `JoinSet` of tasks and a semaphore would do as well; then the futures would have to own what
//! they use, and the pages would have to be sorted.

use std::future::Future;

use futures_util::stream::{self, StreamExt};

/// A page, or why it could not be fetched.
pub type Page = Result<String, String>;

/// Fetches all pages, at most `limit` at a time, and returns them in input order.
pub async fn fetch_all<F: Future<Output = Page>>(
    urls: &[String],
    limit: usize,
    fetch: impl Fn(String) -> F,
) -> Vec<Page> {
    // The stream makes a future whenever it is asked for the next one. `buffered` asks for no more
    // than the limit, polls all that it has, and gives their results in input order.
    let fetches = stream::iter(urls).map(|url| fetch(url.clone()));
    fetches.buffered(limit).collect().await
}
