//! Counts the waits of both wires, and ticks at one of them.

use std::cell::Cell;
use std::task::{Context, Poll, ready};

use tokio::sync::Notify;

use crate::{marks::Marks, runtime::Wait};

/// One run's clock.
pub(crate) struct Clock {
    /// Makes the next wait.
    wait: fn() -> Wait,
    waits: Cell<usize>,
    tick_at: usize,
    /// Keeps a tick until somebody asks for it. It works on any runtime.
    tick: Notify,
    pub(crate) marks: Marks,
}

impl Clock {
    pub(crate) fn new(wait: fn() -> Wait, tick_at: usize) -> Self {
        Self { wait, waits: Cell::new(0), tick_at, tick: Notify::new(), marks: Marks::default() }
    }

    /// Waits for the tick. It comes once, with wait number `tick_at`.
    pub(crate) async fn tick(&self) {
        self.tick.notified().await;
    }

    /// How many waits there were.
    pub(crate) fn waits(&self) -> usize {
        self.waits.get()
    }

    /// Waits before a piece of a wire. The wire keeps what it is waiting for.
    pub(crate) fn poll_wait(&self, wait: &mut Option<Wait>, cx: &mut Context<'_>) -> Poll<()> {
        let begin = || {
            self.waits.update(|waits| waits + 1);
            if self.waits() == self.tick_at {
                self.tick.notify_one();
            }
            (self.wait)()
        };
        ready!(wait.get_or_insert_with(begin).as_mut().poll(cx));
        *wait = None;
        Poll::Ready(())
    }
}
