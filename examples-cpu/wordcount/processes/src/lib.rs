//! Counts words in worker processes.
//!
//! ```sh
//! cargo run --release -p wordcount-processes
//! ```
//!
//! Unlike *sequential*, it hands the pieces to a pool of processes, as Python's
//! `multiprocessing.Pool` would. A map is made of pointers, which mean nothing to another process,
//! so every worker's map travels through a pipe: each of its words is written there, read here and
//! allocated again.

use std::ops::Range;

use anyhow::Result;
use harness::{
    Limits,
    pool::{JobError, Pool},
};
use wordcount_workload::{Counts, Missed, Text};

/// Counts the words of a text, in `limits.workers` processes.
pub fn count_words(text: &Text, limits: Limits) -> Result<Counts> {
    let Range { end, .. } = text.pieces();
    // A job answers with a map, so it is as large a share of the pieces as possible. A map for each
    // piece would repeat the frequent words again and again.
    let share = end.div_ceil(limits.workers).max(1);
    let shares: Vec<_> = (0..end).step_by(share).map(|at| at..end.min(at + share)).collect();
    let mut pool = Pool::new(limits.workers, text)?;
    let answers: Vec<Result<Counts, JobError>> = pool.map(&shares)?;
    let mut total = Counts::default();
    for (share, answer) in shares.into_iter().zip(answers) {
        match answer {
            Ok(counts) => total.merge(counts),
            Err(error) => {
                let reason = error.to_string();
                share.for_each(|piece| total.miss(Missed { piece, reason: reason.clone() }));
            }
        }
    }
    // The pool is dropped at the end of this function, where it waits for its workers to end.
    Ok(total)
}

/// What each worker process does: `main` hands this to the pool.
pub fn worker(text: Text) -> impl FnMut(Range<usize>) -> Counts {
    move |share| {
        let mut counts = Counts::default();
        share.for_each(|piece| text.count(piece, &mut counts));
        counts
    }
}
