//! Exercise 8, solved: share a counter and a cache.
//!
//! Atomic steps alone are not enough, they must be *one* step. And a lock protects data: it should
//! be held while somebody touches them, and not while somebody waits.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
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
        // Nothing else depends on the order of these updates: relaxed suffices.
        self.asked.fetch_add(1, Ordering::Relaxed);
        // The guard is dropped at the end of this statement, so nobody waits for the lock while a
        // page is fetched.
        let known = self.lock().get(url).cloned();
        known.unwrap_or_else(|| {
            let text = fetch(url);
            // Another thread may have stored the page meanwhile. Its text stays.
            self.lock().entry(url.to_owned()).or_insert(text).clone()
        })
    }

    /// How often a page was asked for.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
