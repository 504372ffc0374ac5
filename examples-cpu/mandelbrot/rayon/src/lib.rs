//! Renders the Mandelbrot set on rayon's pool of threads.
//!
//! ```sh
//! cargo run --release -p mandelbrot-rayon
//! ```
//!
//! Unlike *sequential*, it iterates in parallel: rayon splits the rows among the threads of its
//! pool, and a thread that has done its share steals from one that has not. So it hardly matters
//! that the first split is unfair.

use anyhow::Result;
use harness::Limits;
use mandelbrot_workload::{Outcome, View};
use rayon::prelude::*;

/// Renders all rows of a view, on the threads of the pool that calls it.
pub fn render(view: View, _limits: Limits) -> Result<Vec<Outcome>> {
    // `collect` puts each row in its place, no matter which thread rendered it.
    Ok(view.rows().into_par_iter().map(|row| view.render_row(row)).collect())
}
