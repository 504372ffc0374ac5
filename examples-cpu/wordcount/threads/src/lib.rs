//! Counts words on threads of the standard library.
//!
//! ```sh
//! cargo run --release -p wordcount-threads
//! cargo run --release -p wordcount-threads -- --map shared
//! ```
//!
//! Unlike *sequential*, it starts a thread per worker. Each counts into its own map, so none has to
//! wait for another; the maps are merged at the end. For comparison, [`count_words_in_shared_map`]
//! is what most people write first, and [`count_words_in_shards`] how they fix it.

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
        // Each thread takes the next piece that is left. `fetch_add` gives each index to one thread
        // only, and no other data depends on it, so `Relaxed` ordering suffices.
        while let Some(piece) = text.pieces().nth(next.fetch_add(1, Ordering::Relaxed)) {
            text.count(piece, &mut counts);
        }
        counts
    };
    // The scope waits for all its threads, so they may borrow the text.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..limits.workers.min(text.pieces().len()))
            .map(|_| thread::Builder::new().spawn_scoped(scope, count))
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        let mut total = Counts::default();
        // A word is merged once per thread, not each time it occurs.
        for thread in threads {
            total.merge(thread.join().expect("no count panics"));
        }
        Ok(total)
    })
}
