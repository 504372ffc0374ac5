//! Renders the Mandelbrot set in async tasks on smol.
//!
//! ```sh
//! cargo run --release -p mandelbrot-smol
//! cargo run --release -p mandelbrot-smol -- --workers 1
//! ```
//!
//! Unlike *sequential*, it spawns a task per row. The gain comes from the threads of the executor,
//! each of which takes the next task when it is free: with one thread async gains nothing, because
//! a task that computes has no wait that another could use. While it computes it never returns to
//! the executor, so every other task of that thread has to wait until it is done.

use anyhow::Result;
use harness::Limits;
use mandelbrot_workload::{Outcome, View};
use smol::Executor;

/// The executor. It runs its tasks on the threads that call `run`.
pub static EXECUTOR: Executor = Executor::new();

/// Renders all rows of a view, on the threads that run the executor.
pub async fn render(view: View, _limits: Limits) -> Result<Vec<Outcome>> {
    let mut tasks = Vec::with_capacity(view.rows().len());
    for row in view.rows() {
        // The task has no `.await`: once it has begun, it keeps its thread to the end.
        tasks.push(EXECUTOR.spawn(async move { view.render_row(row) }));
    }
    // The tasks run whether or not anybody waits for them; here their rows are put in order.
    let mut done = Vec::with_capacity(tasks.len());
    for task in tasks {
        done.push(task.await);
    }
    Ok(done)
}
