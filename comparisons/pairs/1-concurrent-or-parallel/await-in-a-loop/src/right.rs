//! All pages at once, in one task.

use futures_util::future::join_all;

use crate::job::fetch;

/// Fetches so many pages.
pub(crate) async fn fetch_all(pages: usize) -> Vec<usize> {
    // Nothing has begun yet: these are twenty futures that nobody polls.
    let fetches = (0..pages).map(fetch);
    // Joined, they are polled together, so that their waits overlap. The results are in order.
    join_all(fetches).await
}
