//! The flag is stored and loaded relaxed.

use loom::sync::atomic::Ordering::Relaxed;

use crate::message::{DATA, Message};

/// Writes the data, then raises the flag.
pub(crate) fn publish(message: &Message) {
    message.data.store(DATA, Relaxed);
    // Nothing keeps the order of the two stores for another thread.
    message.flag.store(true, Relaxed);
}

/// Reads the flag, then the data.
pub(crate) fn read(message: &Message) -> (bool, u32) {
    // A raised flag says nothing about the data.
    let flag = message.flag.load(Relaxed);
    (flag, message.data.load(Relaxed))
}
