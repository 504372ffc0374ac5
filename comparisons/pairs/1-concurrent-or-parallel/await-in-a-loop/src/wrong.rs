//! One page after the other.

use crate::job::fetch;

/// Fetches so many pages.
pub(crate) async fn fetch_all(pages: usize) -> Vec<usize> {
    let mut fetched = Vec::new();
    for page in 0..pages {
        // The next page is asked for only when this one is there.
        fetched.push(fetch(page).await);
    }
    fetched
}
