//! Exercise 9, solved: a bounded channel.
//!
//! A full queue makes its producers wait: that is back-pressure. It keeps the memory within bounds,
//! and the producers no faster than the consumer.

use std::{sync::mpsc, thread};

/// The most items that are queued.
pub const BOUND: usize = 4;

/// Hands all items of the producers to the consumer. Each producer has a thread of its own; the
/// consumer runs on the caller's.
pub fn transfer<T: Send>(
    producers: Vec<impl Iterator<Item = T> + Send>,
    mut consume: impl FnMut(T),
) {
    let (sender, receiver) = mpsc::sync_channel(BOUND);
    thread::scope(|scope| {
        for producer in producers {
            let sender = sender.clone();
            scope.spawn(move || {
                for item in producer {
                    // It fails only if the consumer has panicked. Then nobody wants the rest.
                    if sender.send(item).is_err() {
                        break;
                    }
                }
            });
        }
        // Now the producers have the only senders, and the receiver ends when they have all ended.
        drop(sender);
        for item in receiver {
            consume(item);
        }
    });
}
