//! clippy: non-binding `let` on a future
//!
//! `let _ =` drops what it is given at once: with smol that is the end of the task. Clippy sees that
//! in every handle that is a future. It does not see a name such as `_task`, which lives to the end
//! of its block and is dropped there.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// A handle as runtimes have it.
pub struct Task;

impl Future for Task {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

/// Begins a task.
pub fn spawn() -> Task {
    Task
}

/// Drops its handle.
pub fn save() {
    let _ = spawn();
}
