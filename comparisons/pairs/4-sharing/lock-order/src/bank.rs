//! Locks around accounts, which bring about the bad moment every time.

use std::sync::{
    Condvar, Mutex, MutexGuard,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use pair::unit::waiting;

const UNPOISONED: &str = "nobody panics while holding it";

/// Some locks, each around a value of this type, and counts of what was done with them.
#[derive(Default)]
pub(crate) struct Bank<T> {
    locks: Vec<Mutex<T>>,
    /// How many times a lock was asked for, and a signal when that has changed.
    asked: (Mutex<usize>, Condvar),
    /// How many times a lock was refused.
    pub(crate) refused: AtomicUsize,
    /// How many transfers were done.
    pub(crate) done: AtomicUsize,
}

impl<T: Default> Bank<T> {
    pub(crate) fn new(values: impl IntoIterator<Item = T>) -> Self {
        Self { locks: values.into_iter().map(Mutex::new).collect(), ..Self::default() }
    }

    /// Takes a lock, and waits for it. The first of the two threads goes on only when the other
    /// has asked for a lock, too: by chance that is rare, and so the mistake passes many tests.
    pub(crate) fn lock(&self, index: usize) -> MutexGuard<'_, T> {
        waiting(|| {
            let taken = self.locks[index].try_lock().ok();
            let (asked, changed) = &self.asked;
            let mut count = asked.lock().expect(UNPOISONED);
            *count += 1;
            changed.notify_all();
            drop(changed.wait_while(count, |count| *count < 2).expect(UNPOISONED));
            taken.unwrap_or_else(|| self.locks[index].lock().expect(UNPOISONED))
        })
    }

    /// Takes a lock if it is free.
    pub(crate) fn try_lock(&self, index: usize) -> Option<MutexGuard<'_, T>> {
        let taken = self.locks[index].try_lock().ok();
        self.refused.fetch_add(usize::from(taken.is_none()), Relaxed);
        taken
    }
}
