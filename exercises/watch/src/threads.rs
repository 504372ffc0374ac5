//! On which threads something ran.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    thread::{self, ThreadId},
};

/// The threads that something ran on.
#[derive(Debug, Default)]
pub struct Threads(Mutex<HashSet<ThreadId>>);

impl Threads {
    /// Notes the thread that calls this.
    pub fn note(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(thread::current().id());
    }

    /// How many different threads were noted.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
