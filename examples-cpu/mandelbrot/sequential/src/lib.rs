//! Renders the Mandelbrot set one row after the other: the baseline of the row.
//!
//! ```sh
//! cargo run --release -p mandelbrot-sequential
//! ```

use anyhow::Result;
use harness::Limits;
use mandelbrot_workload::{Outcome, View};

/// Renders all rows of a view, on one thread.
pub fn render(view: View, _limits: Limits) -> Result<Vec<Outcome>> {
    // One core computes all the time, and the others have nothing to do.
    Ok(view.rows().map(|row| view.render_row(row)).collect())
}
