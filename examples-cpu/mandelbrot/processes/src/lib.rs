//! Renders the Mandelbrot set in worker processes.
//!
//! ```sh
//! cargo run --release -p mandelbrot-processes
//! ```
//!
//! Unlike *sequential*, it hands the rows to a pool of processes, as Python's
//! `multiprocessing.Pool` would. A worker gets the number of a row, and sends all of its counts
//! back through the pipe, because the processes share no memory.

use anyhow::Result;
use harness::{
    Limits,
    pool::{JobError, Pool},
};
use mandelbrot_workload::{Outcome, View};

/// Renders all rows of a view, in `limits.workers` processes.
pub fn render(view: View, limits: Limits) -> Result<Vec<Outcome>> {
    let rows: Vec<usize> = view.rows().collect();
    let mut pool = Pool::new(limits.workers, &view)?;
    // A free worker gets the next rows: many at first, because each round trip costs time, and
    // single ones towards the end, so that none is idle while there are some left.
    let answers: Vec<Result<Outcome, JobError>> = pool.map(&rows)?;
    // The pool is dropped at the end of this function, where it waits for its workers to end.
    Ok(answers.into_iter().map(|answer| answer.unwrap_or_else(|e| Err(e.into()))).collect())
}

/// What each worker process does: `main` hands this to the pool.
pub fn worker(view: View) -> impl FnMut(usize) -> Outcome {
    move |row| view.render_row(row)
}
