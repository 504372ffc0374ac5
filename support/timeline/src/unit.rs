//! The unit of work: the piece of a job that a task, a thread or a worker process takes on at a
//! time. A workload wraps each of its units in a [`Unit`]; from that the harness knows how many
//! are in flight and, where a timeline is asked for, which of them runs or waits, when and where.

use std::{
    env,
    pin::Pin,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use pin_project_lite::pin_project;
use tracing::Span;

use crate::record::{self, TARGET};

/// The environment variable that has the unit with this index panic, so that tests can see what
/// becomes of the others then.
const PANIC: &str = "MEANWHILE_PANIC";

static IN_FLIGHT: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static DONE: AtomicUsize = AtomicUsize::new(0);

/// One unit of work, from its beginning to its end.
#[derive(Debug)]
pub struct Unit {
    /// There only if a timeline is recorded, and then on the heap: a million units in flight that
    /// nobody records should not hold the memory of a million spans.
    span: Option<Box<Span>>,
    /// Its index, if it is the one that is to panic.
    panics: Option<usize>,
    _in_flight: InFlight,
}

impl Unit {
    /// Begins the unit with this index (its place in the input, from 0).
    #[must_use]
    pub fn begin(index: usize) -> Self {
        let span = || Box::new(tracing::trace_span!(target: TARGET, "unit", index));
        Self {
            span: record::is_recorded().then(span),
            panics: (to_panic() == Some(index)).then_some(index),
            _in_flight: InFlight::one_of(1),
        }
    }

    /// Panics if it is to.
    fn begin_work(&self) {
        if let Some(index) = self.panics {
            panic!("unit {index} panics, as {PANIC} asks");
        }
    }

    /// Does the whole unit here and now, on this thread.
    pub fn run<T>(self, work: impl FnOnce() -> T) -> T {
        let _entered = self.span.as_deref().map(Span::enter);
        self.begin_work();
        work()
    }

    /// Does the unit as a future: it runs while it is polled, and waits between two polls.
    pub fn drive<F: Future>(self, work: F) -> impl Future<Output = F::Output> {
        Driven { work, unit: self }
    }
}

pin_project! {
    /// A unit that is done as a future. An `async` block would do the same, but hold the work
    /// twice: as it was passed, and as it is awaited.
    struct Driven<F> {
        #[pin]
        work: F,
        unit: Unit,
    }
}

impl<F: Future> Future for Driven<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = this.unit.span.as_deref().map(Span::enter);
        this.unit.begin_work();
        this.work.poll(context)
    }
}

/// The index of the unit that is to panic, if any.
fn to_panic() -> Option<usize> {
    static TO_PANIC: OnceLock<Option<usize>> = OnceLock::new();
    *TO_PANIC.get_or_init(|| env::var(PANIC).ok()?.parse().ok())
}

/// Makes a blocking call inside a unit. The timeline draws all of it as waiting, since nobody can
/// see from outside in which moments of such a call the thread computes.
pub fn waiting<T>(call: impl FnOnce() -> T) -> T {
    tracing::trace_span!(target: TARGET, "wait").in_scope(call)
}

/// Counts one unit as in flight for as long as it lives, and some as done when it ends.
#[derive(Debug)]
pub struct InFlight {
    units: usize,
}

impl InFlight {
    /// Of `units` that are done one after the other, one is always in flight.
    #[must_use]
    pub fn one_of(units: usize) -> Self {
        // The counters order nothing else in memory, so relaxed operations suffice.
        let now = IN_FLIGHT.fetch_add(1, Ordering::Relaxed) + 1;
        PEAK.fetch_max(now, Ordering::Relaxed);
        Self { units }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        IN_FLIGHT.fetch_sub(1, Ordering::Relaxed);
        DONE.fetch_add(self.units, Ordering::Relaxed);
    }
}

/// The most units that were in flight at once, so far.
#[must_use]
pub fn peak() -> usize {
    PEAK.load(Ordering::Relaxed)
}

/// Makes [`peak`] begin anew, with what is in flight now.
pub fn forget_peak() {
    PEAK.store(IN_FLIGHT.load(Ordering::Relaxed), Ordering::Relaxed);
}

/// Adds the units that a worker process had in flight at most. That is exact where every worker
/// has at most one, and all have it at the same time at some moment; else it is an upper bound.
pub fn add_peak(units: usize) {
    PEAK.fetch_add(units, Ordering::Relaxed);
}

/// How many units have ended, so far.
#[must_use]
pub fn done() -> usize {
    DONE.load(Ordering::Relaxed)
}
