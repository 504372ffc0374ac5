//! The unit of work: the piece of a job that a task, a thread or a worker process takes on at a
//! time. A workload wraps each of its units in a [`Unit`]; from that the harness knows how many
//! are in flight and, where a timeline is asked for, which of them runs or waits, when and where.

use std::sync::atomic::{AtomicUsize, Ordering};

use tracing::{Instrument, Span};

/// The target of the spans that the timeline records.
pub(crate) const TARGET: &str = "meanwhile";

static IN_FLIGHT: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static DONE: AtomicUsize = AtomicUsize::new(0);

/// One unit of work, from its beginning to its end.
#[derive(Debug)]
pub struct Unit {
    span: Span,
    in_flight: InFlight,
}

impl Unit {
    /// Begins the unit with this index (its place in the input, from 0).
    #[must_use]
    pub fn begin(index: usize) -> Self {
        Self {
            span: tracing::trace_span!(target: TARGET, "unit", index),
            in_flight: InFlight::enter(),
        }
    }

    /// Does the whole unit here and now, on this thread.
    pub fn run<T>(self, work: impl FnOnce() -> T) -> T {
        self.span.in_scope(work)
    }

    /// Does the unit as a future: it runs while it is polled, and waits between two polls.
    pub async fn drive<F: Future>(self, work: F) -> F::Output {
        let Self { span, in_flight } = self;
        let output = work.instrument(span).await;
        drop(in_flight);
        output
    }
}

/// Makes a blocking call inside a unit. The timeline draws all of it as waiting, since nobody can
/// see from outside in which moments of such a call the thread computes.
pub fn waiting<T>(call: impl FnOnce() -> T) -> T {
    tracing::trace_span!(target: TARGET, "wait").in_scope(call)
}

/// Counts one unit as in flight for as long as it lives.
#[derive(Debug)]
pub(crate) struct InFlight(());

impl InFlight {
    pub(crate) fn enter() -> Self {
        // The counters order nothing else in memory, so relaxed operations suffice.
        let now = IN_FLIGHT.fetch_add(1, Ordering::Relaxed) + 1;
        PEAK.fetch_max(now, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        IN_FLIGHT.fetch_sub(1, Ordering::Relaxed);
        DONE.fetch_add(1, Ordering::Relaxed);
    }
}

/// The most units that were in flight at once, so far.
pub(crate) fn peak() -> usize {
    PEAK.load(Ordering::Relaxed)
}

/// Adds the units that a worker process had in flight at most. That is exact where every worker
/// has at most one, and all have it at the same time at some moment; else it is an upper bound.
pub(crate) fn add_peak(units: usize) {
    PEAK.fetch_add(units, Ordering::Relaxed);
}

/// How many units have ended, so far.
pub(crate) fn done() -> usize {
    DONE.load(Ordering::Relaxed)
}
