//! The flag is stored with Release, but loaded relaxed.

use loom::sync::atomic::Ordering::{Relaxed, Release};

use crate::message::{DATA, Message};

/// Writes the data, then raises the flag.
pub(crate) fn publish(message: &Message) {
    message.data.store(DATA, Relaxed);
    message.flag.store(true, Release);
}

/// Reads the flag, then the data.
pub(crate) fn read(message: &Message) -> (bool, u32) {
    // Without Acquire, this thread does not take part: it may have loaded the data before the flag.
    let flag = message.flag.load(Relaxed);
    (flag, message.data.load(Relaxed))
}
