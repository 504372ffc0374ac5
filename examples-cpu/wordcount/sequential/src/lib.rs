//! Counts words one piece of the text after the other: the baseline of the row.
//!
//! ```sh
//! cargo run --release -p wordcount-sequential
//! ```

use anyhow::Result;
use harness::Limits;
use wordcount_workload::{Counts, Text};

/// Counts the words of a text, on one thread.
pub fn count_words(text: &Text, _limits: Limits) -> Result<Counts> {
    let mut counts = Counts::default();
    // One core computes all the time, and the others have nothing to do.
    for piece in text.pieces() {
        text.count(piece, &mut counts);
    }
    Ok(counts)
}
