//! The unit of work: the piece of a job that a task, a thread or a worker process takes on at a
//! time. A workload wraps each of its units in a [`Unit`]; from that the harness knows how many
//! are in flight and, where a timeline is asked for, which of them runs or waits, when and where.

use std::{
    cell::Cell,
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
static WORKERS: AtomicUsize = AtomicUsize::new(0);
/// Which count of workers this is: one begins whenever the last is forgotten.
static COUNT: AtomicUsize = AtomicUsize::new(1);

thread_local! {
    /// The last count of workers that this thread is in.
    static COUNTED: Cell<usize> = const { Cell::new(0) };
}

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
        count_worker();
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
        count_worker();
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

/// Makes [`peak`] begin anew, with what is in flight now, and [`workers`] with none.
pub fn forget_peak() {
    PEAK.store(IN_FLIGHT.load(Ordering::Relaxed), Ordering::Relaxed);
    WORKERS.store(0, Ordering::Relaxed);
    COUNT.fetch_add(1, Ordering::Relaxed);
}

/// Counts this thread as a worker, unless it is counted already: it does a unit itself, or has a
/// worker process do one.
pub fn count_worker() {
    let count = COUNT.load(Ordering::Relaxed);
    if COUNTED.replace(count) != count {
        add_workers(1);
    }
}

/// Adds workers that are no threads of this process.
pub fn add_workers(workers: usize) {
    WORKERS.fetch_add(workers, Ordering::Relaxed);
}

/// On how many threads, or in how many worker processes, units were done so far.
#[must_use]
pub fn workers() -> usize {
    WORKERS.load(Ordering::Relaxed)
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

#[cfg(test)]
mod tests {
    use std::{pin::pin, task::Waker, thread};

    use super::*;

    /// The counters are those of the process, so this is one test.
    #[test]
    fn a_thread_is_a_worker_once_until_the_count_begins_anew() {
        let on_threads = |threads: usize, units: usize| {
            forget_peak();
            thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| (0..units).for_each(|index| Unit::begin(index).run(|| ())));
                }
            });
            workers()
        };
        assert_eq!(on_threads(3, 5), 3);
        assert_eq!(on_threads(2, 0), 0);
        // A thread that was counted before is counted anew, whether it does a unit or drives one.
        for _ in 0..2 {
            forget_peak();
            Unit::begin(0).run(|| ());
            let driven = pin!(Unit::begin(1).drive(async { 1 }));
            assert_eq!(driven.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(1));
            assert_eq!(workers(), 1);
        }
        add_workers(4);
        assert_eq!(workers(), 5);
    }
}
