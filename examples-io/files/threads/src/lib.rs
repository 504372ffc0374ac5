//! Checksums files on threads of the standard library.
//!
//! ```sh
//! cargo run --release -p files-threads
//! ```
//!
//! Unlike *sequential*, it starts as many threads as files may be in flight. If a file has to come
//! from the disk, its thread is blocked until it is there, and uses no core meanwhile; if it is in
//! memory already, its thread needs a core all the time.

use std::{sync::Mutex, thread};

use anyhow::{Context, Result};
use files_workload::{Entry, Outcome, checksum};
use harness::Limits;

/// Checksums all files, at most `limits.in_flight` at a time.
pub fn checksum_all(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
    let mut outcomes = vec![None; entries.len()];
    // Every thread takes the next file that none has taken yet, and with it the place for its
    // outcome: so the results are in input order.
    let files = Mutex::new(entries.iter().zip(&mut outcomes));
    let read = || {
        // The lock is free again as soon as a file is taken, long before it is read.
        let next = || files.lock().expect("nobody panics while holding it").next();
        while let Some((entry, outcome)) = next() {
            *outcome = Some(checksum(entry));
        }
    };
    // The scope ends when all its threads have, so they may borrow the files and the outcomes.
    thread::scope(|scope| {
        for _ in 0..limits.in_flight.min(entries.len()) {
            let thread = thread::Builder::new().spawn_scoped(scope, read);
            thread.context("cannot start so many threads")?;
        }
        anyhow::Ok(())
    })?;
    Ok(outcomes.into_iter().map(|outcome| outcome.expect("every file was taken")).collect())
}
