//! Makes transfers in worker processes.
//!
//! ```sh
//! cargo run --release -p database-processes
//! ```
//!
//! Unlike *sequential*, it hands the batches to a pool of processes, as Python's
//! `multiprocessing.Pool` would. Each of them has a connection of its own; none shares memory with
//! another, so batches and outcomes travel through pipes. What they do share is the database: that
//! is where processes usually meet.

use anyhow::Result;
use database_workload::{Batch, Outcome, Settings, blocking::Connection};
use harness::{
    Limits,
    pool::{JobError, Pool},
};

/// Does all transactions, at most `limits.in_flight` at a time.
pub fn transfer_all(
    batches: &[Batch],
    settings: &Settings,
    limits: Limits,
) -> Result<Vec<Outcome>> {
    // A worker has one batch in hand, so the number of workers bounds the transactions in flight.
    let mut pool = Pool::new(limits.in_flight, settings)?;
    let answers: Vec<Result<Outcome, JobError>> = pool.map(batches)?;
    // The pool is dropped at the end of this function, and waits there for its workers to end.
    Ok(answers.into_iter().map(|answer| answer.unwrap_or_else(Outcome::from)).collect())
}

/// What each worker process does: `main` hands this to the pool.
pub fn worker(settings: Settings) -> impl FnMut(Batch) -> Outcome {
    let mut connection = Connection::new(&settings);
    move |batch| connection.transact(&batch)
}
