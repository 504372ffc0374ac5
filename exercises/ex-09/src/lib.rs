//! Exercise 9: a bounded channel.
//!
//! - Page: Channels
//! - Task: `transfer` lets its producers run ahead without bound, and takes a pause for the end.
//!   Let at most `BOUND` items be queued, and end when all producers have ended.
//! - Checked: how many items were made and not yet consumed, that none is lost although a producer
//!   pauses, that each producer's items keep their order, and that it ends.
//! - Fails with: `items were under way at once; the task allows 7`
//! - Fails with: `items were lost`
//! - Hint: `mpsc::sync_channel` makes a sender wait while the queue is full. A receiver's iterator
//!   ends when no sender is left, so the one that was cloned must not outlive the producers.

use std::{sync::mpsc, thread, time::Duration};

/// The most items that are queued.
pub const BOUND: usize = 4;

/// Hands all items of the producers to the consumer. Each producer has a thread of its own; the
/// consumer runs on the caller's.
pub fn transfer<T: Send>(
    producers: Vec<impl Iterator<Item = T> + Send>,
    mut consume: impl FnMut(T),
) {
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for producer in producers {
            let sender = sender.clone();
            scope.spawn(move || {
                for item in producer {
                    if sender.send(item).is_err() {
                        break;
                    }
                }
            });
        }
        // Nothing has come for a while: that must be all.
        while let Ok(item) = receiver.recv_timeout(Duration::from_millis(100)) {
            consume(item);
        }
        drop(receiver);
    });
}
