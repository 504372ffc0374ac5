//! Exercise 5: a blocking call stalls its neighbours.
//!
//! - Page: One thread: concurrent is not parallel
//! - Task: `read_all` makes a future for each file, but `read` blocks the thread that they all
//!   share. Move the calls to other threads, so that `limit` of them block at the same time while
//!   other tasks go on.
//! - Checked: that a neighbour on the same thread gets its turns while files are being read, the
//!   most reads in flight, and that the texts come in input order.
//! - Fails with: `the neighbour had 0 turns while a file was being read; wanted: 3`
//! - Fails with: `at most 1 read was in flight; the task allows 4`
//! - Hint: `tokio::task::spawn_blocking` runs a closure on a thread for such calls. The future that
//!   it returns is ready when the call has ended.

use futures_util::stream::{self, StreamExt};

/// Reads all files, at most `limit` at a time, and returns their texts in input order. `read`
/// blocks its thread until the text is there.
pub async fn read_all(
    files: Vec<String>,
    limit: usize,
    read: impl Fn(&str) -> String + Clone + Send + 'static,
) -> Vec<String> {
    let reads = stream::iter(files).map(|file| {
        let read = read.clone();
        async move { read(&file) }
    });
    reads.buffered(limit).collect().await
}
