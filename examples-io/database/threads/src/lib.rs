//! Makes transfers on threads of the standard library.
//!
//! ```sh
//! cargo run --release -p database-threads
//! ```
//!
//! Unlike *sequential*, it starts as many threads as transactions may be in flight. Each of them
//! has a connection of its own, since a connection does one transaction at a time.

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use anyhow::{Context, Result};
use database_workload::{Batch, Outcome, Settings, blocking::Connection};
use harness::Limits;

/// Does all transactions, at most `limits.in_flight` at a time.
pub fn transfer_all(
    batches: &[Batch],
    settings: &Settings,
    limits: Limits,
) -> Result<Vec<Outcome>> {
    let next = AtomicUsize::new(0);
    let transact = || {
        let mut connection = Connection::new(settings);
        let mut transacted = Vec::new();
        // Every thread takes the next batch that none has taken yet. `fetch_add` gives each index
        // to one thread only, and nothing else depends on its order: relaxed suffices.
        while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            transacted.push((batch.index, connection.transact(batch)));
        }
        transacted
    };
    let mut transacted = Vec::with_capacity(batches.len());
    // The scope ends when all its threads have, so they may borrow the batches and the settings.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..limits.in_flight.min(batches.len()))
            .map(|_| thread::Builder::new().spawn_scoped(scope, transact))
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
