//! Counts words on rayon's pool of threads.
//!
//! ```sh
//! cargo run --release -p wordcount-rayon
//! ```
//!
//! Unlike *sequential*, it iterates in parallel: rayon splits the pieces among the threads of its
//! pool, and a thread that has done its share steals from one that has not. `fold` makes a map for
//! each share, and `reduce` merges them by twos, which are the map and the reduce of the textbooks.

use anyhow::Result;
use harness::Limits;
use rayon::prelude::*;
use wordcount_workload::{Counts, Text};

/// Counts the words of a text, on the threads of the pool that calls it.
pub fn count_words(text: &Text, _limits: Limits) -> Result<Counts> {
    let count = |mut counts: Counts, piece| {
        text.count(piece, &mut counts);
        counts
    };
    // Two shares that are next to each other are merged as soon as both are done, on whichever
    // thread that is: with many threads, the merging is parallel too.
    let merge = |mut total: Counts, counts| {
        total.merge(counts);
        total
    };
    // Every share has a map, and each of these has to learn the frequent words anew. Left to itself
    // rayon makes a share of each piece that might be stolen; with two for each thread there is still
    // one to steal for whoever is done early.
    let share = text.pieces().len().div_ceil(2 * rayon::current_num_threads());
    let pieces = text.pieces().into_par_iter().with_min_len(share);
    Ok(pieces.fold(Counts::default, count).reduce(Counts::default, merge))
}
