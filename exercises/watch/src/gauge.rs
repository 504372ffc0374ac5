//! How many were at work at once.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{deadline::Patience, words::amount_was};

/// How long those inside are held after as many as wanted have come, to see whether more come.
const LINGER: Duration = Duration::from_millis(50);

/// Counts who is inside, and the most that were inside at once.
#[derive(Debug)]
pub struct Gauge {
    wanted: usize,
    inside: AtomicUsize,
    peak: AtomicUsize,
    entered: AtomicUsize,
    reached: OnceLock<Instant>,
    patience: Patience,
}

/// Somebody inside, until this is dropped.
#[derive(Debug)]
pub struct Inside<'a>(&'a Gauge);

impl Gauge {
    /// A gauge that wants so many inside at once, neither fewer nor more.
    #[must_use]
    pub const fn wanting(wanted: usize) -> Self {
        Self {
            wanted,
            inside: AtomicUsize::new(0),
            peak: AtomicUsize::new(0),
            entered: AtomicUsize::new(0),
            reached: OnceLock::new(),
            patience: Patience::new(),
        }
    }

    /// Counts somebody in, until the result is dropped.
    pub fn enter(&self) -> Inside<'_> {
        self.entered.fetch_add(1, SeqCst);
        let inside = self.inside.fetch_add(1, SeqCst) + 1;
        self.peak.fetch_max(inside, SeqCst);
        if inside >= self.wanted {
            self.reached.get_or_init(Instant::now);
        }
        Inside(self)
    }

    /// Whether those inside need not be held any longer: as many as wanted have come and a moment
    /// has passed in which more could have, or nobody else came for too long.
    pub fn is_open(&self) -> bool {
        match self.reached.get() {
            Some(reached) => reached.elapsed() > LINGER,
            None => self.patience.is_over(),
        }
    }

    /// Blocks this thread until [`Gauge::is_open`].
    pub fn hold(&self) {
        while !self.is_open() {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// How many are inside now.
    pub fn inside(&self) -> usize {
        self.inside.load(SeqCst)
    }

    /// How many have come so far.
    pub fn entered(&self) -> usize {
        self.entered.load(SeqCst)
    }

    /// Checks that as many as wanted were inside at once. The message speaks of `unit` in the
    /// singular, and of its `state`: `check("wait", "in flight")`.
    ///
    /// # Panics
    /// There were fewer, or more; the message says how many.
    #[track_caller]
    pub fn check(&self, unit: &str, state: &str) {
        let (peak, wanted) = (self.peak.load(SeqCst), self.wanted);
        let seen = amount_was(peak, unit);
        assert!(peak >= wanted, "at most {seen} {state}; the task allows {wanted}");
        assert!(peak <= wanted, "{seen} {state} at once; the task allows {wanted}");
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.inside.fetch_sub(1, SeqCst);
    }
}
