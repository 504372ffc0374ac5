//! A queue that takes whatever comes.

use futures_util::future::join;
use tokio::sync::mpsc;

use crate::job::Page;

/// Hands so many pages to a slow consumer, and returns the greatest length of the queue.
pub(crate) async fn pass(pages: usize) -> usize {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let produce = async move {
        for page in 0..pages {
            // `send` never waits, so nothing tells the producer that it is too fast.
            sender.send(Page::fetched(page)).expect("the consumer takes all pages");
        }
    };
    let consume = async move {
        let mut longest = 0;
        while let Some(page) = receiver.recv().await {
            longest = longest.max(1 + receiver.len());
            page.parse().await;
        }
        longest
    };
    join(produce, consume).await.1
}
