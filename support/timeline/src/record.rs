//! The record: what every unit did, from which moment on, and where.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::on::On;

/// What a unit does from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum State {
    /// It could run, but no thread runs it: it has not started yet, or it was woken and has not been
    /// polled since.
    Ready,
    /// It waits, between two polls or inside a blocking call; for what, if that is known.
    Waiting(Option<On>),
    /// It runs.
    Running,
    /// It has ended.
    Ended,
}

/// A unit has changed its state.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Event {
    /// When, in nanoseconds since the recording began.
    pub(crate) at: u64,
    /// The unit's index.
    pub(crate) unit: usize,
    /// What the unit does from now on.
    pub(crate) state: State,
    /// The process, by its number in the system.
    pub(crate) process: u32,
    /// The thread, by its number in its process.
    pub(crate) thread: u32,
}

impl Event {
    /// When, in nanoseconds since the recording began.
    #[must_use]
    pub fn at(&self) -> u64 {
        self.at
    }

    /// The unit's index.
    #[must_use]
    pub fn unit(&self) -> usize {
        self.unit
    }

    /// What the unit does from now on.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// The process, and the thread in it, by their numbers.
    #[must_use]
    pub fn place(&self) -> (u32, u32) {
        (self.process, self.thread)
    }
}

/// All that was recorded.
#[derive(Debug)]
pub struct Recorded {
    pub(crate) events: Vec<Event>,
    /// What threads are called, by their process and their number.
    pub(crate) names: BTreeMap<(u32, u32), String>,
}

/// The most events that are kept, so that a run of a million tasks doesn't end for want of memory.
pub const MOST_EVENTS: usize = 4_000_000;

/// The events of one thread. It alone adds to them, so it hardly ever waits for the lock.
type Events = Mutex<Vec<Event>>;

static THREADS: Mutex<Threads> = Mutex::new(Threads { names: Vec::new(), events: Vec::new() });
/// How many events there are, of all threads.
static COUNT: AtomicUsize = AtomicUsize::new(0);
static CLOCK: OnceLock<Clock> = OnceLock::new();

/// The threads that have recorded something.
struct Threads {
    /// What they are called, by their number.
    names: Vec<String>,
    /// The events of those that live, and of those whose events were not taken yet.
    events: Vec<Arc<Events>>,
}

/// What a thread needs to record.
struct Own {
    /// Its number in this process, from 0.
    number: u32,
    events: Arc<Events>,
}

thread_local!(static OWN: Own = Own::new());

impl Own {
    fn new() -> Self {
        let events = Arc::default();
        let mut threads = lock(&THREADS);
        let number = u32::try_from(threads.names.len()).expect("no process has so many threads");
        threads.names.push(thread::current().name().unwrap_or("thread").to_owned());
        threads.events.push(Arc::clone(&events));
        Self { number, events }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nobody panics while holding it")
}

/// Sets the clock of the recording, and returns whether it was not set before.
pub(crate) fn begin(epoch: SystemTime) -> bool {
    // A worker cannot share its parent's `Instant`, so the two agree on a moment of the system's
    // clock, and each measures from there with its own steady one.
    let since = SystemTime::now().duration_since(epoch).unwrap_or_default();
    let (started, process) = (Instant::now(), std::process::id());
    CLOCK.set(Clock { epoch, started, since: nanos(since), process }).is_ok()
}

/// Whether anything is recorded.
#[inline]
pub(crate) fn is_recorded() -> bool {
    CLOCK.get().is_some()
}

/// The moment from which this process's recording counts, in nanoseconds since 1970, if it records.
#[must_use]
pub fn epoch() -> Option<u64> {
    CLOCK.get().map(|clock| nanos(clock.epoch.duration_since(UNIX_EPOCH).unwrap_or_default()))
}

struct Clock {
    epoch: SystemTime,
    started: Instant,
    /// How long after `epoch` it was started, in nanoseconds.
    since: u64,
    /// The number of this process. Asking for it is a call of the system, so that is done once.
    process: u32,
}

impl Clock {
    /// This moment, in nanoseconds since the recording began.
    fn now(&self) -> u64 {
        let elapsed = self.started.elapsed();
        // `as_nanos` would compute in 128 bits.
        self.since + elapsed.as_secs() * 1_000_000_000 + u64::from(elapsed.subsec_nanos())
    }
}

/// Takes what was recorded up to now out of the record, thread by thread.
#[must_use]
pub fn take_events() -> Vec<Event> {
    let mut taken = Vec::new();
    let mut threads = lock(&THREADS);
    threads.events.retain(|events| {
        // Nobody adds to the events of a thread that has ended. One that lives may add some after they
        // are taken and end at once, so this is asked first.
        let lives = Arc::strong_count(events) > 1;
        taken.append(&mut lock(events));
        lives
    });
    COUNT.fetch_sub(taken.len(), Ordering::Relaxed);
    taken
}

/// Adds what a worker process has recorded.
pub fn add_events(mut events: Vec<Event>) {
    COUNT.fetch_add(events.len(), Ordering::Relaxed);
    OWN.with(|own| lock(&own.events).append(&mut events));
}

/// Everything recorded, by this process and its workers, in order of time.
#[must_use]
pub fn recorded() -> Recorded {
    let mut events = take_events();
    events.sort_by_key(|event| event.at);
    let threads = lock(&THREADS);
    let names = (0..).zip(&threads.names);
    let names =
        names.map(|(thread, name)| ((std::process::id(), thread), format!("{name} {thread}")));
    Recorded { events, names: names.collect() }
}

impl Recorded {
    /// Ends what has not ended yet, as if it did so now: a drawing shows nothing of a unit from its
    /// last event on.
    #[must_use]
    pub fn until_now(mut self) -> Self {
        let Some(now) = CLOCK.get().map(Clock::now) else { return self };
        let last: BTreeMap<usize, &Event> =
            self.events.iter().map(|event| (event.unit, event)).collect();
        let open = last.into_values().filter(|event| event.state != State::Ended);
        let ends: Vec<Event> =
            open.map(|event| Event { at: now, state: State::Ended, ..event.clone() }).collect();
        self.events.extend(ends);
        self
    }

    /// How long it is, from the first event to the last, in nanoseconds.
    #[must_use]
    pub fn length(&self) -> u64 {
        match (self.events.first(), self.events.last()) {
            (Some(first), Some(last)) => last.at - first.at,
            _ => 0,
        }
    }

    /// When units ended, counted from the first event.
    #[must_use]
    pub fn ends(&self) -> Vec<Duration> {
        let first = self.events.first().map_or(0, |event| event.at);
        let ended = self.events.iter().filter(|event| event.state == State::Ended);
        ended.map(|event| Duration::from_nanos(event.at - first)).collect()
    }

    /// Whether there was more than what is kept, [`MOST_EVENTS`].
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        self.events.len() >= MOST_EVENTS
    }

    /// Everything that happened, in order of time.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// A thread as people should read it.
    #[must_use]
    pub fn thread_name(&self, process: u32, thread: u32) -> String {
        let name = self.names.get(&(process, thread));
        name.cloned().unwrap_or_else(|| format!("process {process}"))
    }
}

/// A duration in nanoseconds; the longest that fits, if it is longer.
#[must_use]
pub fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Records that a unit has changed its state, now and on the calling thread.
pub(crate) fn push(unit: usize, state: State) {
    let Some(clock) = CLOCK.get() else { return };
    let (at, process) = (clock.now(), clock.process);
    // The count orders nothing else in memory, so a relaxed operation suffices.
    if COUNT.fetch_add(1, Ordering::Relaxed) >= MOST_EVENTS {
        COUNT.fetch_sub(1, Ordering::Relaxed);
        return;
    }
    OWN.with(|own| {
        let event = Event { at, unit, state, process, thread: own.number };
        lock(&own.events).push(event);
    });
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::PoisonError;

    use super::*;

    /// What is counted and recorded belongs to the whole process: only one test at a time may begin
    /// units or wake them, and holds this meanwhile. Nothing is recorded yet then.
    pub(crate) fn alone() -> MutexGuard<'static, ()> {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        drop(take_events());
        alone
    }

    #[test]
    fn the_events_of_all_threads_are_taken_once() {
        let _alone = alone();
        crate::record();
        let taken = || -> Vec<usize> { take_events().iter().map(Event::unit).collect() };
        push(0, State::Ready);
        thread::spawn(|| push(1, State::Ready)).join().expect("recording doesn't panic");
        assert_eq!(taken(), [0, 1]);
        // The other thread has ended and left nothing behind.
        push(2, State::Ready);
        assert_eq!(taken(), [2]);
        assert_eq!(COUNT.load(Ordering::Relaxed), 0);
    }
}
