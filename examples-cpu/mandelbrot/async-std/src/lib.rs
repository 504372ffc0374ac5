//! Renders the Mandelbrot set in async tasks on async-std, which is discontinued: start nothing new on it.
//!
//! ```sh
//! cargo run --release -p mandelbrot-async-std
//! cargo run --release -p mandelbrot-async-std -- --workers 1
//! ```
//!
//! Unlike *sequential*, it spawns a task per row. What helps is that the runtime runs the tasks on
//! several threads, and gives a thread that is free the next task: with one of them, async gains
//! nothing, since a task that computes has no wait that another could use. And while it computes it
//! never returns to the runtime, so every other task of that thread stands still until it is done.

use anyhow::Result;
use async_std::task;
use harness::Limits;
use mandelbrot_workload::{Outcome, View};

/// Renders all rows of a view, on the threads of the runtime that calls it.
pub async fn render(view: View, _limits: Limits) -> Result<Vec<Outcome>> {
    let mut tasks = Vec::with_capacity(view.rows().len());
    for row in view.rows() {
        // The task holds no `.await`: once begun, it keeps its thread to the end.
        tasks.push(task::spawn(async move { view.render_row(row) }));
    }
    // The tasks run whether or not anybody waits for them; here their rows are put in order.
    let mut done = Vec::with_capacity(tasks.len());
    for task in tasks {
        done.push(task.await);
    }
    Ok(done)
}
