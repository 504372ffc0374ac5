//! Renders the Mandelbrot set on a fixed set of threads, fed through a crossbeam channel.
//!
//! ```sh
//! cargo run --release -p mandelbrot-crossbeam
//! ```
//!
//! Unlike *threads*, where each thread takes the next row itself, here a channel hands out the
//! rows, as if they came one by one from some source. The channel is bounded, so a source that is
//! faster than the threads waits instead of filling the memory.

use std::{io, thread};

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, bounded};
use harness::Limits;
use mandelbrot_workload::{Outcome, View};

/// Renders all rows of a view, on `limits.workers` threads.
pub fn render(view: View, limits: Limits) -> Result<Vec<Outcome>> {
    let (send_row, next_row) = bounded(limits.workers);
    let render = |next_row: Receiver<usize>| {
        // Unlike std's, a crossbeam channel may have many receivers: each row goes to one of them.
        next_row.iter().map(|row| (row, view.render_row(row))).collect::<Vec<_>>()
    };
    let mut done = Vec::with_capacity(view.rows().len());
    // The scope waits for all its threads, so they may borrow the channel.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..limits.workers.min(view.rows().len()))
            .map(|_| next_row.clone())
            .map(|next_row| thread::Builder::new().spawn_scoped(scope, || render(next_row)))
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        // Now only the threads have a receiver. Sending fails only if all of them have panicked,
        // and the scope passes the panic on.
        drop(next_row);
        let _ = view.rows().try_for_each(|row| send_row.send(row));
        // A closed channel tells the threads that no more rows will come.
        drop(send_row);
        for thread in threads {
            done.extend(thread.join().expect("no rendering panics"));
        }
        anyhow::Ok(())
    })?;
    // The rows arrived as the threads finished. Sort them into the order of the picture.
    done.sort_unstable_by_key(|&(row, _)| row);
    Ok(done.into_iter().map(|(_, outcome)| outcome).collect())
}
