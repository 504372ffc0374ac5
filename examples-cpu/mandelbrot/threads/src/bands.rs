//! The contrast: rows shared out beforehand.

use std::{io, thread};

use anyhow::{Context, Result};
use harness::Limits;
use mandelbrot_workload::{Outcome, View};

/// Renders all rows of a view, in one band of rows for each of `limits.workers` threads.
pub fn render_in_bands(view: View, limits: Limits) -> Result<Vec<Outcome>> {
    let rows = view.rows().len();
    let bands = limits.workers.min(rows);
    let render = |band| {
        // Every band has as many rows as the others, but they may take very different times. A
        // thread that is done first has nothing to do until the last one is done.
        let rows = rows * band / bands..rows * (band + 1) / bands;
        rows.map(|row| view.render_row(row)).collect::<Vec<_>>()
    };
    let mut done = Vec::with_capacity(rows);
    // The scope waits for all its threads, so they may borrow the view.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..bands)
            .map(|band| thread::Builder::new().spawn_scoped(scope, move || render(band)))
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        for thread in threads {
            done.extend(thread.join().expect("no rendering panics"));
        }
        anyhow::Ok(())
    })?;
    Ok(done)
}
