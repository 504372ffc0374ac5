//! Renders the Mandelbrot set on threads of the standard library.
//!
//! ```sh
//! cargo run --release -p mandelbrot-threads
//! cargo run --release -p mandelbrot-threads -- --split bands
//! ```
//!
//! Unlike *sequential*, it starts a thread per worker. The threads share out the rows while they
//! run, because nobody knows beforehand what a row costs. For comparison, [`render_in_bands`]
//! shares them out beforehand.

mod bands;

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use anyhow::{Context, Result};
use harness::Limits;
use mandelbrot_workload::{Outcome, View};

pub use bands::render_in_bands;

/// Renders all rows of a view, each on whichever of `limits.workers` threads is free.
pub fn render(view: View, limits: Limits) -> Result<Vec<Outcome>> {
    let next = AtomicUsize::new(0);
    let render = || {
        let mut done = Vec::new();
        // Each thread takes the next row that is left. `fetch_add` gives each index to one thread
        // only, and no other data depends on it, so `Relaxed` ordering suffices.
        while let Some(row) = view.rows().nth(next.fetch_add(1, Ordering::Relaxed)) {
            done.push((row, view.render_row(row)));
        }
        done
    };
    let mut done = Vec::with_capacity(view.rows().len());
    // The scope waits for all its threads, so they may borrow the counter.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..limits.workers.min(view.rows().len()))
            .map(|_| thread::Builder::new().spawn_scoped(scope, render))
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        for thread in threads {
            done.extend(thread.join().expect("no rendering panics"));
        }
        anyhow::Ok(())
    })?;
    // The rows arrived as the threads finished. Sort them into the order of the picture.
    done.sort_unstable_by_key(|&(row, _)| row);
    Ok(done.into_iter().map(|(_, outcome)| outcome).collect())
}
