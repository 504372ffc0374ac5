//! Renders the Mandelbrot set on threads of the standard library.
//!
//! ```sh
//! cargo run --release -p mandelbrot-threads
//! cargo run --release -p mandelbrot-threads -- --split bands
//! ```
//!
//! Unlike *sequential*, it starts a thread per worker. Which rows a thread renders is decided while it
//! runs, since nobody knows beforehand what a row costs. [`render_in_bands`] decides beforehand all
//! the same, to compare.

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
        // Every thread takes the next row that none has taken yet. `fetch_add` gives each index to
        // one thread only, and nothing else depends on its order: relaxed suffices.
        while let Some(row) = view.rows().nth(next.fetch_add(1, Ordering::Relaxed)) {
            done.push((row, view.render_row(row)));
        }
        done
    };
    let mut done = Vec::with_capacity(view.rows().len());
    // The scope ends when all its threads have, so they may borrow the counter.
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
    // They came in as the threads finished them; the rows go out in the order of the picture.
    done.sort_unstable_by_key(|&(row, _)| row);
    Ok(done.into_iter().map(|(_, outcome)| outcome).collect())
}
