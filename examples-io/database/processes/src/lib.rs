//! Makes transfers in worker processes.
//!
//! ```sh
//! cargo run --release -p database-processes
//! ```
//!
//! Unlike *sequential*, it hands the batches to a pool of processes, as Python's
//! `multiprocessing.Pool` would. Each process has its own connection, since processes cannot share
//! one; so on SQLite they compete for its one writer. They share no memory here either, so batches
//! and outcomes travel through pipes. They share only the database, as processes usually do.

use anyhow::Result;
use database_workload::{
    Batch, Outcome, Settings,
    blocking::{self, Connection},
};
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
    // A worker holds one batch at a time, so the number of workers bounds the transactions in
    // flight.
    let pool = Pool::new(limits.in_flight, settings)?;
    // A worker with nothing left to do ends and closes its connection. If the server takes fewer
    // connections than there are workers, another worker is waiting for that one.
    let answers: Vec<Result<Outcome, JobError>> = pool.finish(batches)?;
    Ok(answers.into_iter().map(|answer| answer.unwrap_or_else(Outcome::from)).collect())
}

/// What each worker process does: `main` hands this to the pool.
pub fn worker(settings: Settings) -> impl FnMut(Batch) -> Outcome {
    let mut connection = Connection::new(&settings);
    move |batch| blocking::transact(&batch, settings.retries, |_attempt| connection.attempt(&batch))
}
