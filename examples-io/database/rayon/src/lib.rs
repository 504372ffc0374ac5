//! Makes transfers on rayon's pool of threads.
//!
//! ```sh
//! cargo run --release -p database-rayon
//! cargo run --release -p database-rayon -- --workers 16
//! ```
//!
//! Unlike *sequential*, it iterates in parallel. But rayon is made for computing: its pool has a
//! thread per core, and a thread that waits for the database is not there for anything else. So
//! only as many transactions overlap as there are cores, unless the pool is made larger than rayon
//! would make it, as the second command does.

use std::sync::Mutex;

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
    // A connection for each thread of the pool. rayon's own `map_init` would make one for each
    // stretch of the input that a thread steals, and a connection costs more than a transaction.
    let connections: Vec<_> =
        (0..rayon::current_num_threads()).map(|_| Mutex::new(Connection::new(settings))).collect();
    let transact = |batch| {
        let thread = rayon::current_thread_index().expect("a thread of the pool calls this");
        // Nobody else asks for this thread's connection, so the lock is always free.
        connections[thread].lock().expect("no transaction panics").transact(batch)
    };
    // The pool's threads steal batches from each other; `collect` keeps the input order.
    Ok(batches.par_iter().map(transact).collect())
}
