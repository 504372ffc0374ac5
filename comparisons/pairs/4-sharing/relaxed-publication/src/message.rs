//! What one thread publishes to another.

use loom::sync::atomic::{AtomicBool, AtomicU32};

/// What is published.
pub(crate) const DATA: u32 = 42;

/// Some data, and a flag that says that it is there. The data is atomic, too: if it were not, the
/// wrong order would be a data race, and the compiler would ask for `unsafe`.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) data: AtomicU32,
    pub(crate) flag: AtomicBool,
}

impl Message {
    pub(crate) fn new() -> Self {
        Self { data: AtomicU32::new(0), flag: AtomicBool::new(false) }
    }
}
