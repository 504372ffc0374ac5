//! Makes transfers in worker processes.
//!
//! ```sh
//! cargo run --release -p database-processes
//! ```
//!
//! Unlike *sequential*, it hands the batches to a pool of processes, as Python's
//! `multiprocessing.Pool` would. Each of them has a connection of its own, since a connection
//! cannot be shared between processes; so on SQLite they fight over its one writer. They share no
//! memory here, so batches and outcomes travel through pipes. What they do share is the database:
//! that is where processes usually meet.

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
    // A worker has one batch in hand, so the number of workers bounds the transactions in flight.
    let pool = Pool::new(limits.in_flight, settings)?;
    // A worker that has nothing left to do ends, and its connection with it: where the server takes
    // fewer connections than there are workers, another worker is waiting for that one.
    let answers: Vec<Result<Outcome, JobError>> = pool.finish(batches)?;
    Ok(answers.into_iter().map(|answer| answer.unwrap_or_else(Outcome::from)).collect())
}

/// What each worker process does: `main` hands this to the pool.
pub fn worker(settings: Settings) -> impl FnMut(Batch) -> Outcome {
    let mut connection = Connection::new(&settings);
    move |batch| blocking::transact(&batch, settings.retries, |_attempt| connection.attempt(&batch))
}
