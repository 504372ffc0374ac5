//! Makes transfers on threads of the standard library.
//!
//! ```sh
//! cargo run --release -p database-threads
//! cargo run --release -p database-threads -- --grouped
//! ```
//!
//! Unlike *sequential*, it starts as many threads as transactions may be in flight.
//! [`transfer_all_grouped`] has them ask a single writer instead.

mod grouped;

use std::{
    io,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use anyhow::{Context, Result};
use database_workload::{Batch, Outcome, Settings, blocking};
use harness::{Limits, unit};

pub use grouped::transfer_all_grouped;

/// Does all transactions, at most `limits.in_flight` at a time.
pub fn transfer_all(
    batches: &[Batch],
    settings: &Settings,
    limits: Limits,
) -> Result<Vec<Outcome>> {
    // A connection does one transaction at a time, so a lock guards it. To PostgreSQL, each thread
    // has its own. SQLite has one writer, so the threads share one connection and wait for its
    // lock.
    let connections: Vec<_> = blocking::connections(settings, limits).map(Mutex::new).collect();
    let next = AtomicUsize::new(0);
    let transact = |thread: usize| {
        let mut transacted = Vec::new();
        // Each thread takes the next batch that is left. `fetch_add` gives each index to one thread
        // only, and no other data depends on it, so `Relaxed` ordering suffices.
        while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = blocking::transact(batch, settings.retries, |attempt| {
                // Retry over the next connection, since this one may be gone for good.
                let connection = &connections[(thread + attempt) % connections.len()];
                let locked = unit::waiting(|| connection.lock());
                locked.expect("no transaction panics").attempt(batch)
            });
            transacted.push((batch.index, outcome));
        }
        transacted
    };
    let transact = &transact;
    let mut transacted = Vec::with_capacity(batches.len());
    // The scope waits for all its threads, so they may borrow the batches and the settings.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..limits.in_flight.min(batches.len()))
            .map(|thread| thread::Builder::new().spawn_scoped(scope, move || transact(thread)))
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        for thread in threads {
            transacted.extend(thread.join().expect("no transaction panics"));
        }
        anyhow::Ok(())
    })?;
    // The results arrived as the threads finished. Sort them into input order.
    transacted.sort_unstable_by_key(|&(index, _)| index);
    Ok(transacted.into_iter().map(|(_, outcome)| outcome).collect())
}
