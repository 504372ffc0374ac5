//! Checksums files in worker processes.
//!
//! ```sh
//! cargo run --release -p files-processes
//! ```
//!
//! Unlike *sequential*, it hands the files to a pool of processes, as Python's
//! `multiprocessing.Pool` would. Only the path of a file and its checksum travel through the pipes,
//! never its contents: each worker opens its files itself.

use anyhow::Result;
use files_workload::{Entry, Outcome, checksum};
use harness::{
    Limits,
    pool::{JobError, Pool},
};

/// Checksums all files, at most `limits.in_flight` at a time.
pub fn checksum_all(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
    // A worker holds one file at a time, so the number of workers bounds the files in flight.
    let mut pool = Pool::new(limits.in_flight.min(entries.len()), &())?;
    let answers: Vec<Result<Outcome, JobError>> = pool.map(entries)?;
    // The pool is dropped at the end of this function, where it waits for its workers to end.
    Ok(answers.into_iter().map(|answer| answer.unwrap_or_else(|e| Err(e.into()))).collect())
}

/// What each worker process does: `main` hands this to the pool.
pub fn worker((): ()) -> impl FnMut(Entry) -> Outcome {
    |entry| checksum(&entry)
}
