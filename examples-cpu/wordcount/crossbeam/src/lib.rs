//! Counts words on a fixed set of threads, fed through a crossbeam channel.
//!
//! ```sh
//! cargo run --release -p wordcount-crossbeam
//! ```
//!
//! Unlike *threads*, where each thread takes the next piece itself, here a channel hands out the
//! pieces, as if they came one by one from some source. The channel is bounded, so a source that is
//! faster than the threads waits instead of filling the memory.

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
        // Unlike std's, a crossbeam channel may have many receivers: each piece goes to one of
        // them.
        for piece in next_piece {
            text.count(piece, &mut counts);
        }
        counts
    };
    // The scope waits for all its threads, so they may borrow the text.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..limits.workers.min(text.pieces().len()))
            .map(|_| next_piece.clone())
            .map(|next_piece| thread::Builder::new().spawn_scoped(scope, || count(next_piece)))
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        // Now only the threads have a receiver. Sending fails only if all of them have panicked,
        // and the scope passes the panic on.
        drop(next_piece);
        let _ = text.pieces().try_for_each(|piece| send_piece.send(piece));
        // A closed channel tells the threads that no more pieces will come.
        drop(send_piece);
        let mut total = Counts::default();
        // A word is merged once per thread, not each time it occurs.
        for thread in threads {
            total.merge(thread.join().expect("no count panics"));
        }
        Ok(total)
    })
}
