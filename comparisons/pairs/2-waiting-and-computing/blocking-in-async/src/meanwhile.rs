//! How often tasks tick while others read. Nothing else in memory depends on the order of the
//! counters, so relaxed operations suffice.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use pair::Unit;

pub(crate) struct Meanwhile {
    readers: usize,
    reading: AtomicUsize,
    done: AtomicUsize,
    ticks: AtomicUsize,
}

impl Meanwhile {
    /// Nothing, so far, beside this number of readers.
    pub(crate) fn beside(readers: usize) -> Arc<Self> {
        let [reading, done, ticks] = [0; 3].map(AtomicUsize::new);
        Arc::new(Self { readers, reading, done, ticks })
    }

    /// Calls a read by one of the readers.
    pub(crate) fn during<T>(&self, read: impl FnOnce() -> T) -> T {
        self.reading.fetch_add(1, Ordering::Relaxed);
        let value = read();
        self.reading.fetch_sub(1, Ordering::Relaxed);
        self.done.fetch_add(1, Ordering::Relaxed);
        value
    }

    /// Ticks until all readers are done. What counts is a tick while all of them are reading.
    pub(crate) async fn tick<F: Future>(self: Arc<Self>, task: usize, timer: impl Fn() -> F) {
        let ticking = async {
            while self.done.load(Ordering::Relaxed) < self.readers {
                timer().await;
                let counts = self.reading.load(Ordering::Relaxed) == self.readers;
                self.ticks.fetch_add(usize::from(counts), Ordering::Relaxed);
            }
        };
        Unit::begin(task).drive(ticking).await;
    }

    pub(crate) fn ticks(&self) -> usize {
        self.ticks.load(Ordering::Relaxed)
    }
}
