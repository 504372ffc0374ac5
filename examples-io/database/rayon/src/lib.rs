//! Makes transfers on rayon's pool of threads.
//!
//!     cargo run --release -p database-rayon
//!     cargo run --release -p database-rayon -- --workers 16
//!
//! Unlike *sequential*, it iterates in parallel. But rayon is made for computing: its pool has a
//! thread per core, and a thread that waits for the database is not there for anything else. So
//! only as many transactions overlap as there are cores, unless the pool is made larger than rayon
//! would make it, as the second command does.

use anyhow::Result;
use database_workload::{Batch, Outcome, Settings, blocking::Connection};
use harness::Limits;
use rayon::prelude::*;

/// Does all transactions, one at a time on each thread of the pool that calls it.
pub fn transfer_all(
    batches: &[Batch],
    settings: &Settings,
    _limits: Limits,
) -> Result<Vec<Outcome>> {
    // The pool's threads steal batches from each other; `collect` keeps the input order. Each run
    // of batches that a thread has taken gets a connection of its own: now and then a new one is
    // opened, but there are never more at a time than threads.
    let connection = || Connection::new(settings);
    let transact = |connection: &mut Connection, batch| connection.transact(batch);
    Ok(batches.par_iter().map_init(connection, transact).collect())
}
