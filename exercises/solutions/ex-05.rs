//! Exercise 5, solved: a blocking call stalls its neighbours.
//!
//! The futures were concurrent all the time. But none of them had an `.await` at which the thread
//! could have gone on with another one.

use futures_util::stream::{self, StreamExt};
use tokio::task;

/// Reads all files, at most `limit` at a time, and returns their texts in input order. `read`
/// blocks its thread until the text is there.
pub async fn read_all(
    files: Vec<String>,
    limit: usize,
    read: impl Fn(&str) -> String + Clone + Send + 'static,
) -> Vec<String> {
    let reads = stream::iter(files).map(|file| {
        let read = read.clone();
        // The runtime has threads that only run such calls, hundreds if need be. `buffered` keeps
        // them to the limit.
        task::spawn_blocking(move || read(&file))
    });
    let texts = reads.buffered(limit);
    texts.map(|text| text.expect("no read panics, and nobody aborts it")).collect().await
}
