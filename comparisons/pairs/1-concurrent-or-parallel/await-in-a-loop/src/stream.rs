//! A few pages at once, in one task.

use futures_util::{StreamExt, stream};

use crate::job::fetch;

/// Fetches so many pages.
pub(crate) async fn fetch_all(pages: usize) -> Vec<usize> {
    // Twenty can wait at once, twenty thousand would be more than a server takes: the next page is
    // asked for when one of five has come. The results are in order.
    stream::iter(0..pages).map(fetch).buffered(5).collect().await
}
