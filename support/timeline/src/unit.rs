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
    task::{Context, Poll, Waker},
};

use pin_project_lite::pin_project;
use tracing::{Span, span::Entered};

pub use crate::{
    on::On,
    waits::{awaiting, waiting, waiting_for},
};
use crate::{record, spans::TARGET, waits::Running, wakes::Wakes};

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

/// What is needed of a unit to record it.
#[derive(Debug)]
struct Recording {
    index: usize,
    span: Span,
    /// The wakes of its future, from the first poll on.
    wakes: Option<Wakes>,
}

impl Recording {
    /// The unit's future is about to be polled by the task with this waker.
    fn begin_poll(&mut self, task: &Waker) {
        self.wakes.get_or_insert_with(|| Wakes::new(self.index)).begin_poll(task);
    }

    /// The unit runs on this thread until the result is dropped.
    fn enter(&self) -> (Running, Entered<'_>) {
        (Running::begin(self.index), self.span.enter())
    }
}

/// One unit of work, from its beginning to its end.
#[derive(Debug)]
pub struct Unit {
    /// There only if a timeline is recorded, and then on the heap: a million units in flight that
    /// nobody records should not hold the memory of a million spans.
    recording: Option<Box<Recording>>,
    /// Its index, if it is the one that is to panic.
    panics: Option<usize>,
    _in_flight: InFlight,
}

impl Unit {
    /// Begins the unit with this index (its place in the input, from 0).
    #[must_use]
    pub fn begin(index: usize) -> Self {
        let recording = || {
            let span = tracing::trace_span!(target: TARGET, "unit", index);
            Box::new(Recording { index, span, wakes: None })
        };
        Self {
            recording: record::is_recorded().then(recording),
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
        let _entered = self.recording.as_deref().map(Recording::enter);
        count_worker();
        self.begin_work();
        work()
    }

    /// Does the unit as a future: it runs while it is polled. Between two polls it waits until it is
    /// woken, and is ready from then on.
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
        if let Some(recording) = &mut this.unit.recording {
            recording.begin_poll(context.waker());
        }
        let unit = &*this.unit;
        let entered = unit.recording.as_deref().map(Recording::enter);
        count_worker();
        unit.begin_work();
        let Some(wakes) = unit.recording.as_ref().and_then(|recording| recording.wakes.as_ref())
        else {
            return this.work.poll(context);
        };
        let polled = this.work.poll(&mut Context::from_waker(wakes.waker()));
        drop(entered);
        if polled.is_pending() {
            wakes.end_poll();
        }
        polled
    }
}

/// The index of the unit that is to panic, if any.
fn to_panic() -> Option<usize> {
    static TO_PANIC: OnceLock<Option<usize>> = OnceLock::new();
    *TO_PANIC.get_or_init(|| env::var(PANIC).ok()?.parse().ok())
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
    use std::{cell::RefCell, future::poll_fn, pin::pin, thread};

    use super::*;
    use crate::record::{Event, State, take_events, tests::alone};

    /// What the events of this unit say, of all that was recorded.
    fn states(events: &[Event], unit: usize) -> Vec<State> {
        events.iter().filter(|event| event.unit() == unit).map(Event::state).collect()
    }

    /// A future that is pending at its first polls, and does this at each.
    fn pending(
        polls: usize,
        mut at_poll: impl FnMut(&mut Context<'_>),
    ) -> impl Future<Output = ()> {
        let mut left = polls;
        poll_fn(move |context| {
            at_poll(context);
            let polled = if left == 0 { Poll::Ready(()) } else { Poll::Pending };
            left = left.saturating_sub(1);
            polled
        })
    }

    #[test]
    fn a_unit_runs_waits_and_is_ready() {
        use State::{Ended, Ready, Running, Waiting};

        let _alone = alone();
        crate::record();
        let mut context = Context::from_waker(Waker::noop());

        // Woken twice after its poll.
        let waker = RefCell::new(None::<Waker>);
        {
            let keep = |context: &mut Context<'_>| {
                waker.replace(Some(context.waker().clone()));
            };
            let mut driven = pin!(Unit::begin(0).drive(awaiting(On::Timer, pending(1, keep))));
            assert!(driven.as_mut().poll(&mut context).is_pending());
            let waker = waker.take().expect("the future has kept it");
            waker.wake_by_ref();
            waker.wake();
            assert!(driven.as_mut().poll(&mut context).is_ready());
        }
        // Woken within its poll.
        {
            let wake = |context: &mut Context<'_>| context.waker().wake_by_ref();
            let mut driven = pin!(Unit::begin(1).drive(pending(1, wake)));
            assert!(driven.as_mut().poll(&mut context).is_pending());
            assert!(driven.as_mut().poll(&mut context).is_ready());
        }
        // Never woken, and dropped in the end.
        {
            let mut driven = pin!(Unit::begin(2).drive(pending(1, |_| {})));
            assert!(driven.as_mut().poll(&mut context).is_pending());
        }
        // Not even polled.
        drop(Unit::begin(3).drive(async {}));
        // It blocks, inside another unit that does not.
        Unit::begin(4).run(|| {
            Unit::begin(5).run(|| waiting_for(On::Lock, || waiting(|| ())));
            waiting(|| ());
        });
        waiting(|| ());

        let events = take_events();
        let expected: [&[State]; 6] = [
            &[Ready, Running, Waiting(Some(On::Timer)), Ready, Running, Waiting(None), Ended],
            // It waits for no time at all.
            &[Ready, Running, Waiting(None), Ready, Running, Waiting(None), Ended],
            &[Ready, Running, Waiting(None), Ended],
            &[Ready, Ended],
            &[Ready, Running, Waiting(None), Running, Waiting(None), Ended],
            &[
                Ready,
                Running,
                Waiting(Some(On::Lock)),
                Waiting(None),
                Running,
                Running,
                Waiting(None),
                Ended,
            ],
        ];
        for (unit, expected) in expected.into_iter().enumerate() {
            assert_eq!(states(&events, unit), expected, "unit {unit}");
        }
        assert!(events.is_sorted_by_key(Event::at), "{events:?}");
    }

    #[test]
    fn a_thread_is_a_worker_once_until_the_count_begins_anew() {
        let _alone = alone();
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
