//! Counts words on a crew of threads that is fed through a crossbeam channel.
//!
//! ```sh
//! cargo run --release -p wordcount-crossbeam
//! ```
//!
//! Unlike *threads*, where each thread helps itself, here the pieces come to the crew through a
//! channel, as they would from a source that makes them one by one. The channel is bounded: a
//! source that is faster than the crew has to wait, instead of filling the memory.

use std::{io, thread};

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, bounded};
use harness::Limits;
use wordcount_workload::{Counts, Text};

/// Counts the words of a text, on `limits.workers` threads.
pub fn count_words(text: &Text, limits: Limits) -> Result<Counts> {
    let (send_piece, next_piece) = bounded(limits.workers);
    let count = |next_piece: Receiver<usize>| {
        let mut counts = Counts::default();
        // Unlike std's, a crossbeam channel may have many receivers: each piece goes to one.
        for piece in next_piece {
            text.count(piece, &mut counts);
        }
        counts
    };
    // The scope ends when all its threads have, so they may borrow the text.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..limits.workers.min(text.pieces().len()))
            .map(|_| next_piece.clone())
            .map(|next_piece| thread::Builder::new().spawn_scoped(scope, || count(next_piece)))
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        // With this receiver gone, only the threads have one. Sending fails if none of them is left:
        // then all have panicked, which the scope passes on.
        drop(next_piece);
        let _ = text.pieces().try_for_each(|piece| send_piece.send(piece));
        // A closed channel tells the threads that no more pieces will come.
        drop(send_piece);
        let mut total = Counts::default();
        // A word is merged once per thread, and not once for each time that it occurs.
        for thread in threads {
            total.merge(thread.join().expect("no count panics"));
        }
        Ok(total)
    })
}
