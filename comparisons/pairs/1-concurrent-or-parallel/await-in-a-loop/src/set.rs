//! All pages at once, each in a task of its own.

use tokio::task::JoinSet;

use crate::job::fetch;

/// Fetches so many pages.
pub(crate) async fn fetch_all(pages: usize) -> Vec<usize> {
    // A task begins when it is spawned. On a runtime with several threads they could run in
    // parallel, too; joined futures never do. Dropped, the set aborts what is left of them.
    let tasks: JoinSet<usize> = (0..pages).map(fetch).collect();
    // They come in the order in which they end.
    let mut fetched = tasks.join_all().await;
    fetched.sort_unstable();
    fetched
}
