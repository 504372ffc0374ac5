//! Exercise 8: share a counter and a cache.
//!
//! - Page: Sharing
//! - Task: `asked` loses updates: between `load` and `store` another thread may count, too. And
//!   `get` holds the lock while it fetches, so no two fetches overlap. Fix both. Two threads that
//!   miss the same page at the same time may both fetch it; the text that is stored first wins.
//! - Checked: that all calls are counted, that fetches of different pages overlap, that a page
//!   which is there isn't fetched again, and that all who ask for a page get the same text.
//! - Fails with: `of 40000 calls were lost`
//! - Fails with: `at most 1 fetch was in flight; the task allows 4`
//! - Hint: `fetch_add` reads and writes in one step. A lock is held until its guard is dropped:
//!   look in one block, fetch after it, and store in another (`HashMap::entry`).

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Pages that were fetched, for many threads.
#[derive(Debug, Default)]
pub struct Cache {
    pages: Mutex<HashMap<String, String>>,
    asked: AtomicU64,
}

impl Cache {
    /// The text of a page, which is fetched if it isn't there. `fetch` blocks its thread.
    pub fn get(&self, url: &str, fetch: impl FnOnce(&str) -> String) -> String {
        let asked = self.asked.load(Ordering::Relaxed);
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let text = pages.entry(url.to_owned()).or_insert_with(|| fetch(url)).clone();
        self.asked.store(asked + 1, Ordering::Relaxed);
        text
    }

    /// How often a page was asked for.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }
}
