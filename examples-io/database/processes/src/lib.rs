//! Makes transfers in worker processes.
//!
//! ```sh
//! cargo run --release -p database-processes
//! ```
//!
//! Unlike *sequential*, it hands the batches to a pool of processes, as Python's
//! `multiprocessing.Pool` would. Each process has its own connection, since processes cannot share
//! one; so on SQLite they take turns with a lock of the system. They share no memory here either, so
//! batches and outcomes travel through pipes. They share only the database, as processes usually do.

use std::fs::File;

use anyhow::Result;
use database_workload::{
    Batch, Outcome, Settings,
    blocking::{self, Connection},
};
use harness::{
    Limits,
    pool::{JobError, Pool},
    unit,
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
    // SQLite has one writer. A `Mutex` would hold back nobody in another process, but the system can
    // lock a file, or a folder, among processes. If it can't, SQLite's own lock suffices: it is as
    // safe, but has no queue.
    let turn = settings.folder_with_one_writer().and_then(|folder| File::open(folder).ok());
    move |batch| {
        blocking::transact(&batch, settings.retries, |_attempt| {
            // Unlike SQLite, the system wakes the next in line when a turn ends, also when the
            // process whose turn it is dies.
            let turn = turn.as_ref().filter(|turn| unit::waiting(|| turn.lock()).is_ok());
            let verdicts = connection.attempt(&batch);
            turn.map(File::unlock);
            verdicts
        })
    }
}
