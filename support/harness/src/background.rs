//! The harness's own threads, which belong to no example.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

/// The number of the harness's own threads in this process.
static HARNESS_THREADS: AtomicU64 = AtomicU64::new(0);

/// Records that the calling code starts a thread that belongs to no example.
pub(crate) fn harness_thread_started() {
    HARNESS_THREADS.fetch_add(1, Ordering::Relaxed);
}

/// Starts a thread that belongs to no example and is not counted as one of its threads.
///
/// # Errors
/// The system has no more threads.
pub fn in_background(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    harness_thread_started();
    thread::Builder::new().name(name.into()).spawn(work)?;
    Ok(())
}

/// The number of the harness's own threads in this process.
pub(crate) fn harness_threads() -> u64 {
    HARNESS_THREADS.load(Ordering::Relaxed)
}
