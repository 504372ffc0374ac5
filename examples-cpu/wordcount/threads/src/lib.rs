//! Counts words on threads of the standard library.
//!
//! ```sh
//! cargo run --release -p wordcount-threads
//! ```
//!
//! Unlike *sequential*, it starts a thread per worker. Each has a map of its own to count into, so
//! that none has to wait for another; the maps are merged at the end. [`count_words_in_shared_map`]
//! does without the merging, and is the version that most people write first, to compare.

use std::{
    io,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use anyhow::{Context, Result};
use harness::Limits;
use wordcount_workload::{Counts, Text};

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

/// Does the same with one map that all threads share. Nothing has to be merged; but only one thread
/// at a time can hold the lock, and every word takes it.
pub fn count_words_in_shared_map(text: &Text, limits: Limits) -> Result<Counts> {
    let shared = Mutex::new(Counts::default());
    let lock = || shared.lock().expect("no count panics");
    let next = AtomicUsize::new(0);
    let count = || {
        while let Some(piece) = text.pieces().nth(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(missed) = text.each_word(piece, |word| lock().add(word)) {
                lock().miss(missed);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..limits.workers.min(text.pieces().len()) {
            let thread = thread::Builder::new().spawn_scoped(scope, count);
            thread.context("cannot start so many threads")?;
        }
        anyhow::Ok(())
    })?;
    Ok(shared.into_inner().expect("no count panics"))
}
