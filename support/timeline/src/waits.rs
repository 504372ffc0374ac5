//! Waits inside units: calls that block, and futures of which it is known what they wait for.

use std::{
    cell::Cell,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use crate::{
    on::On,
    record::{State, is_recorded, push},
};

thread_local! {
    /// The unit that runs on this thread, if that is recorded.
    static RUNNING: Cell<Option<usize>> = const { Cell::new(None) };
    /// What the unit that is being polled waits for, as far as it has said so.
    static NOTED: Cell<Option<On>> = const { Cell::new(None) };
}

/// Says which unit runs on this thread, until it is dropped.
pub(crate) struct Running(Option<usize>);

impl Running {
    pub(crate) fn begin(unit: usize) -> Self {
        NOTED.set(None);
        Self(RUNNING.replace(Some(unit)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.set(self.0);
    }
}

/// What the unit that was polled waits for.
pub(crate) fn take() -> Option<On> {
    NOTED.take()
}

/// Makes a blocking call inside a unit. The timeline draws all of it as waiting, since nobody can
/// see from outside in which moments of such a call the thread computes, or waits for a core.
pub fn waiting<T>(call: impl FnOnce() -> T) -> T {
    waiting_while(None, call)
}

/// Makes a blocking call that waits for this.
pub fn waiting_for<T>(on: On, call: impl FnOnce() -> T) -> T {
    waiting_while(Some(on), call)
}

fn waiting_while<T>(on: Option<On>, call: impl FnOnce() -> T) -> T {
    let _blocked = RUNNING.get().map(|unit| Blocked::begin(unit, on));
    call()
}

/// A unit waits inside a call, until this is dropped.
struct Blocked {
    unit: usize,
}

impl Blocked {
    fn begin(unit: usize, on: Option<On>) -> Self {
        push(unit, State::Waiting(on));
        Self { unit }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        push(self.unit, State::Running);
    }
}

/// A future that a unit awaits, of which it is known what it waits for. If a unit waits for several
/// things at the same time, the first that it polls is told.
pub fn awaiting<F: Future>(on: On, future: F) -> impl Future<Output = F::Output> {
    Awaiting { future, on }
}

pin_project! {
    struct Awaiting<F> {
        #[pin]
        future: F,
        on: On,
    }
}

impl<F: Future> Future for Awaiting<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let polled = this.future.poll(context);
        if polled.is_pending() && is_recorded() && NOTED.get().is_none() {
            NOTED.set(Some(*this.on));
        }
        polled
    }
}
