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
    // A connection does one transaction at a time, so a lock is around each. To PostgreSQL every
    // thread has its own. SQLite has one writer, so the threads share one, and wait for its lock.
    let connections: Vec<_> = blocking::connections(settings, limits).map(Mutex::new).collect();
    let next = AtomicUsize::new(0);
    let transact = |thread: usize| {
        let mut transacted = Vec::new();
        // Every thread takes the next batch that none has taken yet. `fetch_add` gives each index
        // to one thread only, and nothing else depends on its order: relaxed suffices.
        while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = blocking::transact(batch, settings.retries, |attempt| {
                // Another attempt is made over the next connection: this one may be gone for good.
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
    // The scope ends when all its threads have, so they may borrow the batches and the settings.
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
    // They came in as the threads finished them; the results go out in input order.
    transacted.sort_unstable_by_key(|&(index, _)| index);
    Ok(transacted.into_iter().map(|(_, outcome)| outcome).collect())
}
