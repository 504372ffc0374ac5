//! Checksums files on threads of the standard library.
//!
//! ```sh
//! cargo run --release -p files-threads
//! ```
//!
//! Unlike *sequential*, it starts as many threads as files may be in flight. If a file has to come
//! from the disk, its thread is blocked until it is there, and uses no core meanwhile; if it is in
//! memory already, its thread needs a core all the time.

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use anyhow::{Context, Result};
use files_workload::{Entry, Outcome, checksum};
use harness::Limits;

/// Checksums all files, at most `limits.in_flight` at a time.
pub fn checksum_all(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
    let next = AtomicUsize::new(0);
    let read = || {
        let mut done = Vec::new();
        // Every thread takes the next file that none has taken yet. `fetch_add` gives each index
        // to one thread only, and nothing else depends on its order: relaxed suffices.
        while let Some(entry) = entries.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push((entry.index, checksum(entry)));
        }
        done
    };
    let mut done = Vec::with_capacity(entries.len());
    // The scope ends when all its threads have, so they may borrow the entries.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..limits.in_flight.min(entries.len()))
            .map(|_| thread::Builder::new().spawn_scoped(scope, read))
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        for thread in threads {
            done.extend(thread.join().expect("no reading panics"));
        }
        anyhow::Ok(())
    })?;
    // They came in as the threads finished them; the results go out in input order.
    done.sort_unstable_by_key(|&(index, _)| index);
    Ok(done.into_iter().map(|(_, outcome)| outcome).collect())
}
