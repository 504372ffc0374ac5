//! The flag is stored with Release and loaded with Acquire.

use loom::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use crate::message::{DATA, Message};

/// Writes the data, then raises the flag.
pub(crate) fn publish(message: &Message) {
    message.data.store(DATA, Relaxed);
    // Releases all that this thread has written before, ...
    message.flag.store(true, Release);
}

/// Reads the flag, then the data.
pub(crate) fn read(message: &Message) -> (bool, u32) {
    // ... to whoever sees the flag raised: the two synchronize.
    let flag = message.flag.load(Acquire);
    (flag, message.data.load(Relaxed))
}
