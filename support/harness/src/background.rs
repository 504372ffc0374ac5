//! The harness's own threads, which are no part of any example.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

/// How many threads of this process are the harness's own.
static HARNESS_THREADS: AtomicU64 = AtomicU64::new(0);

/// Says that the calling code starts a thread that is no part of any example.
pub(crate) fn harness_thread_started() {
    HARNESS_THREADS.fetch_add(1, Ordering::Relaxed);
}

/// Starts a thread that is no part of any example, and is not counted as one of its threads.
///
/// # Errors
/// The system gives no more threads.
pub fn in_background(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    harness_thread_started();
    thread::Builder::new().name(name.into()).spawn(work)?;
    Ok(())
}

/// How many threads of this process are the harness's own.
pub(crate) fn harness_threads() -> u64 {
    HARNESS_THREADS.load(Ordering::Relaxed)
}
