//! Renders the Mandelbrot set on a crew of threads that is fed through a crossbeam channel.
//!
//! ```sh
//! cargo run --release -p mandelbrot-crossbeam
//! ```
//!
//! Unlike *threads*, where each takes the next row from a counter, here the rows come to the crew
//! through a channel, and whoever is free takes the next. The channel is bounded: a source that is
//! faster than the crew has to wait, instead of filling the memory.

use std::{io, thread};

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, bounded};
use harness::Limits;
use mandelbrot_workload::{Outcome, View};

/// Renders all rows of a view, on `limits.workers` threads.
pub fn render(view: View, limits: Limits) -> Result<Vec<Outcome>> {
    let (send_row, next_row) = bounded(limits.workers);
    let render = |next_row: Receiver<usize>| {
        // Unlike std's, a crossbeam channel may have many receivers: each row goes to one.
        next_row.iter().map(|row| (row, view.render_row(row))).collect::<Vec<_>>()
    };
    let mut done = Vec::with_capacity(view.rows().len());
    // The scope ends when all its threads have, so they may borrow the channel.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..limits.workers.min(view.rows().len()))
            .map(|_| next_row.clone())
            .map(|next_row| thread::Builder::new().spawn_scoped(scope, || render(next_row)))
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        // With this receiver gone, only the threads have one. Sending fails if none of them is left:
        // then all have panicked, which the scope passes on.
        drop(next_row);
        let _ = view.rows().try_for_each(|row| send_row.send(row));
        // A closed channel tells the threads that no more rows will come.
        drop(send_row);
        for thread in threads {
            done.extend(thread.join().expect("no rendering panics"));
        }
        anyhow::Ok(())
    })?;
    // They came in as the threads finished them; the rows go out in the order of the picture.
    done.sort_unstable_by_key(|&(row, _)| row);
    Ok(done.into_iter().map(|(_, outcome)| outcome).collect())
}
