//! Counts words on threads of the standard library.
//!
//! ```sh
//! cargo run --release -p wordcount-threads
//! cargo run --release -p wordcount-threads -- --map shared
//! ```
//!
//! Unlike *sequential*, it starts a thread per worker. Each has a map of its own to count into, so
//! that none has to wait for another; the maps are merged at the end. To compare,
//! [`count_words_in_shared_map`] is what most people write first, and [`count_words_in_shards`] how
//! they mend it.

mod shared;

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use anyhow::{Context, Result};
use harness::Limits;
use wordcount_workload::{Counts, Text};

pub use shared::{count_words_in_shards, count_words_in_shared_map};

/// Counts the words of a text, on `limits.workers` threads.
pub fn count_words(text: &Text, limits: Limits) -> Result<Counts> {
    let next = AtomicUsize::new(0);
    let count = || {
        let mut counts = Counts::default();
        // Every thread takes the next piece that none has taken yet. `fetch_add` gives each index
        // to one thread only, and nothing else depends on its order: relaxed suffices.
        while let Some(piece) = text.pieces().nth(next.fetch_add(1, Ordering::Relaxed)) {
            text.count(piece, &mut counts);
        }
        counts
    };
    // The scope ends when all its threads have, so they may borrow the text.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..limits.workers.min(text.pieces().len()))
            .map(|_| thread::Builder::new().spawn_scoped(scope, count))
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        let mut total = Counts::default();
        // A word is merged once per thread, and not once for each time that it occurs.
        for thread in threads {
            total.merge(thread.join().expect("no count panics"));
        }
        Ok(total)
    })
}
