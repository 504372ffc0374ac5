//! The timeline: which unit of work ran or waited, when, and on which thread or process.
//!
//! Recording is a `tracing` layer over the spans that [`Unit`](crate::unit::Unit) makes. A future
//! is in its span while it is polled, a blocking unit all the time, so the same picture shows every
//! approach. When nothing is recorded there is no subscriber, and a span costs a comparison.

mod draw;
mod trace;

use std::{
    cell::OnceCell,
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use tracing::{
    Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id},
};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
};

use crate::{duration::nanos, message};

/// The target of the spans that are recorded.
pub(crate) const TARGET: &str = "meanwhile";

/// What a unit does from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    /// It waits: for its first poll, between two polls, or inside a blocking call.
    Waiting,
    /// It runs.
    Running,
    /// It has ended.
    Ended,
}

/// A unit has changed its state.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    /// When, in nanoseconds since the recording began.
    at: u64,
    /// The unit's index.
    unit: usize,
    /// What the unit does from now on.
    state: State,
    /// The process, by its number in the system.
    process: u32,
    /// The thread, by its number in its process.
    thread: u32,
}

/// All that was recorded.
pub(crate) struct Recorded {
    events: Vec<Event>,
    /// Names of this process's threads, by their number.
    names: Vec<String>,
}

/// The most events that are kept, so that a run of a million tasks doesn't end for want of memory.
const MOST_EVENTS: usize = 4_000_000;

static EVENTS: Mutex<Vec<Event>> = Mutex::new(Vec::new());
static NAMES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static CLOCK: OnceLock<Clock> = OnceLock::new();

/// Begins to record.
pub(crate) fn record() {
    record_since(SystemTime::now());
}

/// Begins to record in a worker process, on the time scale of its parent.
pub(crate) fn record_since(epoch: SystemTime) {
    // A worker cannot share its parent's `Instant`, so the two agree on a moment of the system's
    // clock, and each measures from there with its own steady one.
    let since = SystemTime::now().duration_since(epoch).unwrap_or_default();
    if CLOCK.set(Clock { epoch, started: Instant::now(), since }).is_ok() {
        let subscriber = Registry::default().with(UnitLayer);
        tracing::subscriber::set_global_default(subscriber)
            .expect("nothing else in these programs sets one");
    }
}

/// Whether anything is recorded.
pub(crate) fn is_recorded() -> bool {
    CLOCK.get().is_some()
}

/// The moment from which this process's recording counts, in nanoseconds since 1970, if it records.
pub(crate) fn epoch() -> Option<u64> {
    CLOCK.get().map(|clock| nanos(clock.epoch.duration_since(UNIX_EPOCH).unwrap_or_default()))
}

struct Clock {
    epoch: SystemTime,
    started: Instant,
    since: Duration,
}

/// Takes what was recorded up to now out of the record.
pub(crate) fn take_events() -> Vec<Event> {
    std::mem::take(&mut EVENTS.lock().expect("nobody panics while holding it"))
}

/// Adds what a worker process has recorded.
pub(crate) fn add_events(mut events: Vec<Event>) {
    EVENTS.lock().expect("nobody panics while holding it").append(&mut events);
}

/// Everything recorded, by this process and its workers, in order of time.
pub(crate) fn recorded() -> Recorded {
    let mut events = take_events();
    if events.len() >= MOST_EVENTS {
        message::line(format_args!("the timeline ends after {MOST_EVENTS} events"));
    }
    events.sort_by_key(|event| event.at);
    Recorded { events, names: NAMES.lock().expect("nobody panics while holding it").clone() }
}

fn push(unit: usize, state: State) {
    let Some(clock) = CLOCK.get() else { return };
    let at = nanos(clock.since + clock.started.elapsed());
    let event = Event { at, unit, state, process: std::process::id(), thread: thread_number() };
    let mut events = EVENTS.lock().expect("nobody panics while holding it");
    if events.len() < MOST_EVENTS {
        events.push(event);
    }
}

/// The calling thread's number in this process, from 0.
fn thread_number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    thread_local!(static NUMBER: OnceCell<u32> = const { OnceCell::new() });
    NUMBER.with(|number| {
        *number.get_or_init(|| {
            let mut names = NAMES.lock().expect("nobody panics while holding it");
            names.push(thread::current().name().unwrap_or("thread").to_owned());
            NEXT.fetch_add(1, Ordering::Relaxed)
        })
    })
}

/// Turns the spans of units into events.
struct UnitLayer;

/// The index of a span's unit, kept with the span.
struct Index(usize);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for UnitLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if attributes.metadata().target() != TARGET {
            return;
        }
        let Some(span) = context.span(id) else { return };
        let mut found = FindIndex(None);
        attributes.record(&mut found);
        if let Some(index) = found.0 {
            push(index, State::Waiting);
            span.extensions_mut().insert(Index(index));
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        change(id, &context, State::Running, State::Waiting);
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        change(id, &context, State::Waiting, State::Running);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        if let Some(Index(index)) = span.extensions().get() {
            push(*index, State::Ended);
        }
    }
}

/// A unit's own span was entered or left, or the span of a blocking call inside it.
fn change<S>(id: &Id, context: &Context<'_, S>, unit: State, blocking_call: State)
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let Some(span) = context.span(id) else { return };
    if span.metadata().target() != TARGET {
        return;
    }
    if let Some(Index(index)) = span.extensions().get() {
        push(*index, unit);
    } else if let Some(parent) = span.parent()
        && let Some(Index(index)) = parent.extensions().get()
    {
        push(*index, blocking_call);
    }
}

struct FindIndex(Option<usize>);

impl Visit for FindIndex {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "index" {
            self.0 = usize::try_from(value).ok();
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
