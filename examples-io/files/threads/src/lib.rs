//! Checksums files on threads of the standard library.
//!
//! ```sh
//! cargo run --release -p files-threads
//! ```
//!
//! Unlike *sequential*, it starts as many threads as files may be in flight. If a file comes from
//! the disk, its thread is blocked until then and uses no core. If the file is in memory already,
//! its thread needs a core all the time.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use anyhow::{Context, Result};
use files_workload::{Entry, Outcome, checksum};
use harness::Limits;

/// Checksums all files, at most `limits.in_flight` at a time.
pub fn checksum_all(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
    // Each outcome has its own place, so the results are in input order.
    let outcomes: Vec<_> = entries.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let read = || {
        // Each thread takes the next file that is left. `fetch_add` gives each index to one thread
        // only, and no other data depends on it, so `Relaxed` ordering suffices.
        while let Some(entry) = entries.get(next.fetch_add(1, Ordering::Relaxed)) {
            outcomes[entry.index].set(checksum(entry)).expect("no other thread has taken it");
        }
    };
    // The scope waits for all its threads, so they may borrow the entries and the outcomes.
    thread::scope(|scope| {
        for _ in 0..limits.in_flight.min(entries.len()) {
            let thread = thread::Builder::new().spawn_scoped(scope, read);
            thread.context("cannot start so many threads")?;
        }
        anyhow::Ok(())
    })?;
    let outcomes = outcomes.into_iter().map(OnceLock::into_inner);
    Ok(outcomes.map(|outcome| outcome.expect("every file was taken")).collect())
}
