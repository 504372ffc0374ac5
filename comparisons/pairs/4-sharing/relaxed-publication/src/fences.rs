//! The flag is stored and loaded relaxed, with a fence on either side.

use loom::sync::atomic::{
    Ordering::{Acquire, Relaxed, Release},
    fence,
};

use crate::message::{DATA, Message};

/// Writes the data, then raises the flag.
pub(crate) fn publish(message: &Message) {
    message.data.store(DATA, Relaxed);
    fence(Release);
    message.flag.store(true, Relaxed);
}

/// Reads the flag, then the data.
pub(crate) fn read(message: &Message) -> (bool, u32) {
    let flag = message.flag.load(Relaxed);
    if flag {
        // It can be spared as long as the flag is down.
        fence(Acquire);
    }
    (flag, message.data.load(Relaxed))
}
