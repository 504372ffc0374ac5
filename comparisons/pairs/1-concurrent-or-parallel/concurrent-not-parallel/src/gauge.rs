//! A count of those that are inside a section, and the most that there ever were.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts who is inside. The counters order nothing else in memory, so relaxed operations suffice.
#[derive(Debug)]
pub(crate) struct Gauge {
    now: AtomicUsize,
    peak: AtomicUsize,
}

impl Gauge {
    /// Nobody is inside.
    pub(crate) const fn new() -> Self {
        Self { now: AtomicUsize::new(0), peak: AtomicUsize::new(0) }
    }

    /// Counts one more as inside for as long as the guard lives.
    pub(crate) fn enter(&self) -> impl Drop {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.peak.fetch_max(now, Ordering::Relaxed);
        Inside(self)
    }

    /// The most that were inside at the same time since the last call.
    pub(crate) fn take_peak(&self) -> usize {
        self.peak.swap(0, Ordering::Relaxed)
    }
}

struct Inside<'a>(&'a Gauge);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
    }
}
