//! Makes transfers on rayon's pool of threads.
//!
//! ```sh
//! cargo run --release -p database-rayon
//! cargo run --release -p database-rayon -- --workers 16
//! ```
//!
//! Unlike *sequential*, it iterates in parallel. But rayon is made for computing: its pool has a
//! thread per core, and a thread that waits for the database can do nothing else. So only as many
//! transactions overlap as there are cores. The second command makes the pool larger.

use std::sync::Mutex;

use anyhow::Result;
use database_workload::{Batch, Outcome, Settings, blocking};
use harness::{Limits, unit};
use rayon::prelude::*;

/// Does all transactions, one at a time on each thread of the pool that calls it.
pub fn transfer_all(
    batches: &[Batch],
    settings: &Settings,
    limits: Limits,
) -> Result<Vec<Outcome>> {
    // A connection does one transaction at a time, so a lock guards it. To PostgreSQL, each thread
    // has its own. SQLite has one writer, so the threads share one connection and wait for its
    // lock. rayon's own `map_init` would make a connection for each part of the input that a thread
    // steals, and a connection costs more than a transaction.
    let connections: Vec<_> = blocking::connections(settings, limits).map(Mutex::new).collect();
    let transact = |batch| {
        let thread = rayon::current_thread_index().expect("a thread of the pool calls this");
        blocking::transact(batch, settings.retries, |attempt| {
            // Retry over the next connection, since this one may be gone for good.
            let connection = &connections[(thread + attempt) % connections.len()];
            let locked = unit::waiting(|| connection.lock());
            locked.expect("no transaction panics").attempt(batch)
        })
    };
    // The pool's threads steal batches from each other; `collect` keeps the input order.
    Ok(batches.par_iter().map(transact).collect())
}
