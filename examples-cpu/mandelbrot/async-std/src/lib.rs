//! Renders the Mandelbrot set in async tasks on async-std, which is discontinued: start nothing new
//! on it.
//!
//! ```sh
//! cargo run --release -p mandelbrot-async-std
//! cargo run --release -p mandelbrot-async-std -- --workers 1
//! ```
//!
//! Unlike *sequential*, it spawns a task per row. The gain comes from the threads of the runtime,
//! each of which takes the next task when it is free: with one thread async gains nothing, because
//! a task that computes has no wait that another could use. While it computes it never returns to
//! the runtime, so every other task of that thread has to wait until it is done.

use anyhow::Result;
use async_std::task;
use harness::Limits;
use mandelbrot_workload::{Outcome, View};

/// Renders all rows of a view, on the threads of the runtime that calls it.
pub async fn render(view: View, _limits: Limits) -> Result<Vec<Outcome>> {
    let mut tasks = Vec::with_capacity(view.rows().len());
    for row in view.rows() {
        // The task has no `.await`: once it has begun, it keeps its thread to the end.
        tasks.push(task::spawn(async move { view.render_row(row) }));
    }
    // The tasks run whether or not anybody waits for them; here their rows are put in order.
    let mut done = Vec::with_capacity(tasks.len());
    for task in tasks {
        done.push(task.await);
    }
    Ok(done)
}
