//! No page at all.

use crate::job::fetch;

/// Fetches no pages, though it looks as if it did.
#[expect(clippy::unused_async, clippy::let_underscore_future, reason = "clippy sees the mistake")]
pub(crate) async fn fetch_all(pages: usize) -> Vec<usize> {
    for page in 0..pages {
        // Calling an `async fn` makes a future, and does nothing else. Without `let _`, the
        // compiler warns: "unused implementer of `Future` that must be used".
        let _ = fetch(page);
    }
    Vec::new()
}
