//! Counts words on rayon's pool of threads.
//!
//! ```sh
//! cargo run --release -p wordcount-rayon
//! ```
//!
//! Unlike *sequential*, it iterates in parallel: rayon splits the pieces among the threads of its
//! pool, and a thread that has done its share steals from one that has not. `fold` makes a map for
//! each share, and `reduce` merges them in pairs: the map and reduce of the textbooks.

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
    // Every share has a map, which has to learn the frequent words anew. `into_par_iter` would cut
    // the pieces into more shares whenever a thread has nothing to do. With `par_bridge` there is one
    // share for each thread, which takes the next piece as soon as it is done with one.
    let counts = text.pieces().par_bridge().fold(Counts::default, count);
    Ok(counts.reduce(Counts::default, merge))
}
