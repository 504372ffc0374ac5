//! What is sold, and how it is paid for.

use std::{
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

use tokio::time::sleep;

/// How many tickets there are, and how many customers want one.
pub(crate) const TICKETS: usize = 4;
pub(crate) const ORDERS: usize = 5;

/// How long a payment takes.
const LATENCY: Duration = Duration::from_millis(50);

/// Where payments are made, which counts them.
#[derive(Debug, Default)]
pub(crate) struct Till {
    now: AtomicUsize,
    most_at_once: AtomicUsize,
    paid: AtomicUsize,
}

impl Till {
    /// Makes a payment, and waits for it.
    pub(crate) async fn pay(&self) {
        self.most_at_once.fetch_max(self.now.fetch_add(1, Relaxed) + 1, Relaxed);
        sleep(LATENCY).await;
        self.now.fetch_sub(1, Relaxed);
        self.paid.fetch_add(1, Relaxed);
    }

    pub(crate) fn paid(&self) -> usize {
        self.paid.load(Relaxed)
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.most_at_once.load(Relaxed)
    }
}

/// Runs a future on this thread, and nothing on any other.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("there is memory for it").block_on(future)
}
