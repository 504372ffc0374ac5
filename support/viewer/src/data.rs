//! The compact form of timelines, in which a page of a few hundred kilobytes holds those of
//! thousands of units.
//!
//! A version's events are three lists of integers of the same length. An event's moment is the
//! number of ticks since the event before; its unit is the difference to the unit before; and what
//! it does from then on is [`WAITS`], [`ENDED`], [`READY`], [`RUNS`] plus the number of a thread, or
//! [`WAITS_FOR`] minus the number of what it waits for.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use timeline::{Event, Recorded, State};

/// The unit waits from now on, and it is not known for what. In recordings from before it was told
/// apart, the unit may also be ready.
pub const WAITS: i32 = 0;
/// The unit has ended.
pub const ENDED: i32 = 1;
/// The unit runs from now on, on the first thread; on the second it is one more, and so on.
pub const RUNS: i32 = 2;
/// The unit is ready from now on: it could run, but no thread runs it.
pub const READY: i32 = -1;
/// The unit waits from now on, for the first thing in the list of these; for the second it is one
/// less, and so on.
pub const WAITS_FOR: i32 = -2;

/// The most events of a version. If there are more, some of the units are left out.
const MOST_EVENTS: usize = 25_000;
/// The fewest units that are left then. If they have too many events still, moments are rounded.
const FEWEST_UNITS: usize = 64;
/// A run is at least this many ticks long, so a pixel is many ticks wide.
const TICKS: u64 = 500_000;
/// How many times the units are counted in a run of which some units are left out.
const COUNTS: u64 = 600;
/// A version goes beyond the edge of the picture if it takes more than this many times as long as the
/// median of those that are not the baseline: beside it, they would be too short to be seen.
const FAR_LONGER: u64 = 4;

/// The timelines of the versions of one row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timelines {
    /// What one unit of work is called, such as `page`.
    pub unit: String,
    /// The versions, in the order in which they are shown.
    pub versions: Vec<Version>,
}

/// What one version did when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// What it is called.
    pub label: String,
    /// Whether the others are measured against it.
    pub baseline: bool,
    /// How long the recorded run took, in nanoseconds. Before the first event, this includes for
    /// example the start of worker processes.
    pub wall_ns: u64,
    /// How many units there were.
    pub units: usize,
    /// A tick, in nanoseconds.
    pub tick_ns: u64,
    /// The names of the threads that ran units.
    pub threads: Vec<String>,
    /// What units waited for, as far as it is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    waits: Vec<String>,
    at: Vec<u64>,
    unit: Vec<i64>,
    what: Vec<i32>,
    /// How many units were under way, if not all of them are here to be counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
}

/// How many units were under way in each of equal parts of the time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Counts {
    /// The length of a part, in ticks.
    every: u64,
    /// The most in flight, for each part.
    in_flight: Vec<usize>,
    /// The most that computed at the same time.
    computing: Vec<usize>,
    /// How many had ended when the part ended.
    done: Vec<usize>,
}

/// A stretch of time in which a unit did one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The unit's index.
    pub unit: usize,
    /// When it began, in nanoseconds since the first event.
    pub from: u64,
    /// When it ended, likewise.
    pub to: u64,
    /// What it did.
    pub doing: Doing,
}

/// What a unit does for a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It runs, on the thread at this place in [`Version::threads`].
    Runs(usize),
    /// It could run, but no thread runs it.
    Ready,
    /// It waits.
    Waits,
}

impl Span {
    /// The thread that it ran on, if it did.
    #[must_use]
    pub fn thread(&self) -> Option<usize> {
        match self.doing {
            Doing::Runs(thread) => Some(thread),
            Doing::Ready | Doing::Waits => None,
        }
    }
}

impl Timelines {
    /// The length of the clock that all versions are drawn on, in nanoseconds. A version that takes
    /// far longer than the others is cut off.
    #[must_use]
    pub fn clock(&self) -> u64 {
        let lengths = self.versions.iter().map(Version::length);
        let mut others: Vec<u64> =
            self.versions.iter().filter(|version| !version.baseline).map(Version::length).collect();
        others.sort_unstable();
        let median = others.get(others.len().saturating_sub(1) / 2);
        let most = median.map_or(u64::MAX, |median| median.saturating_mul(FAR_LONGER));
        lengths.filter(|length| *length <= most).max().unwrap_or(0).max(1)
    }
}

impl Version {
    /// The compact form of what was recorded.
    #[must_use]
    pub fn new(label: &str, baseline: bool, wall_ns: u64, recorded: &Recorded) -> Self {
        Self::within(MOST_EVENTS, label, baseline, wall_ns, recorded)
    }

    /// The same, with at most so many events, unless the fewest units have more even if their
    /// moments are rounded to the length of the run.
    fn within(most: usize, label: &str, baseline: bool, wall_ns: u64, recorded: &Recorded) -> Self {
        let all = recorded.events();
        let start = all.first().map_or(0, Event::at);
        let units: BTreeSet<usize> = all.iter().map(Event::unit).collect();
        let mut tick_ns = (recorded.length() / TICKS).max(1);

        let step = all.len().div_ceil(most).min(units.len() / FEWEST_UNITS).max(1);
        let kept: BTreeSet<usize> = units.iter().copied().step_by(step).collect();
        let events: Vec<&Event> = all.iter().filter(|event| kept.contains(&event.unit())).collect();
        let mut written = without_instants(&events, start, tick_ns, false);
        while written.len() > most && tick_ns < recorded.length() {
            tick_ns *= 2;
            written = without_instants(&events, start, tick_ns, true);
        }

        let mut version = Self {
            label: label.into(),
            baseline,
            wall_ns,
            units: units.len(),
            tick_ns,
            threads: Vec::new(),
            waits: Vec::new(),
            at: Vec::new(),
            unit: Vec::new(),
            what: Vec::new(),
            counts: (kept.len() < units.len()).then(|| Counts::new(all, start, tick_ns)),
        };
        version.write(&written, start, recorded);
        version
    }

    /// Writes the events as integers.
    fn write(&mut self, events: &[&Event], start: u64, recorded: &Recorded) {
        let (mut tick, mut unit) = (0, 0);
        let (mut places, mut waits) = (BTreeMap::new(), BTreeMap::new());
        let mut processes = 0;
        for event in events {
            let at = (event.at() - start) / self.tick_ns;
            self.at.push(at - tick);
            tick = at;
            let index = i64::try_from(event.unit()).unwrap_or(i64::MAX);
            self.unit.push(index - unit);
            unit = index;
            self.what.push(match event.state() {
                State::Waiting(None) => WAITS,
                State::Waiting(Some(on)) => {
                    let place = *waits.entry(on.name()).or_insert_with(|| {
                        self.waits.push(on.name().into());
                        self.waits.len() - 1
                    });
                    WAITS_FOR - i32::try_from(place).unwrap_or_default()
                }
                State::Ready => READY,
                State::Ended => ENDED,
                State::Running => {
                    let (process, thread) = event.place();
                    let new = places.len();
                    let place = *places.entry((process, thread)).or_insert(new);
                    if place == new {
                        let name = recorded.thread_name(process, thread);
                        // The number that the system gave to a process means nothing to a reader.
                        self.threads.push(if name == format!("process {process}") {
                            processes += 1;
                            format!("process {processes}")
                        } else {
                            name
                        });
                    }
                    RUNS + i32::try_from(place).unwrap_or(i32::MAX - RUNS)
                }
            });
        }
    }

    /// How long it is from the first event to the last, in nanoseconds.
    #[must_use]
    pub fn length(&self) -> u64 {
        let counted = self.counts.as_ref().map_or(0, |counts| counts.every.saturating_mul(COUNTS));
        let ticks = self.at.iter().fold(0, |ticks: u64, at| ticks.saturating_add(*at));
        ticks.max(counted).saturating_mul(self.tick_ns)
    }

    /// How many of the units are here.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.spans().map(|span| span.unit).collect::<BTreeSet<_>>().len()
    }

    /// What every unit did from each of its events to its next, in the order in which that ended.
    /// Whatever does not fit together, as in a file that somebody has edited, is left out.
    pub fn spans(&self) -> impl Iterator<Item = Span> {
        let (mut tick, mut unit) = (0_u64, 0_i64);
        let mut last: BTreeMap<usize, (u64, i32)> = BTreeMap::new();
        let events = self.at.iter().zip(&self.unit).zip(&self.what);
        events.filter_map(move |((at, step), what)| {
            tick = tick.saturating_add(*at);
            unit = unit.saturating_add(*step);
            let index = usize::try_from(unit).ok()?;
            let now = tick.saturating_mul(self.tick_ns);
            let (from, before) = last.insert(index, (now, *what))?;
            Some(Span { unit: index, from, to: now, doing: self.doing(before)? })
        })
    }

    /// What an integer says that a unit does, if it does anything.
    fn doing(&self, what: i32) -> Option<Doing> {
        let place =
            |distance: i32, all: usize| usize::try_from(distance).ok().filter(|place| *place < all);
        match what {
            WAITS => Some(Doing::Waits),
            READY => Some(Doing::Ready),
            RUNS.. => place(what - RUNS, self.threads.len()).map(Doing::Runs),
            ..=WAITS_FOR => {
                place(WAITS_FOR.checked_sub(what)?, self.waits.len()).map(|_| Doing::Waits)
            }
            ENDED => None,
        }
    }

    /// The most units in flight, and the most that computed at the same time.
    #[must_use]
    pub fn peaks(&self) -> [usize; 2] {
        if let Some(counts) = &self.counts {
            return [&counts.in_flight, &counts.computing]
                .map(|counted| counted.iter().copied().max().unwrap_or(0));
        }
        let whole = self.length().saturating_add(1);
        self.stretches()
            .map(|stretches| at_once(stretches, whole, 1).into_iter().max().unwrap_or(0))
    }

    /// How many units were in flight, and how many computed, on average in each of so many equal
    /// parts of `clock` nanoseconds.
    pub(crate) fn averages(&self, clock: u64, parts: u32) -> [Vec<f64>; 2] {
        let width = clock as f64 / f64::from(parts);
        if let Some(counts) = &self.counts {
            return [&counts.in_flight, &counts.computing].map(|counted| {
                let every = (counts.every.max(1) * self.tick_ns) as f64;
                let from = (0_u32..).map(|part| f64::from(part) * every);
                let parts_counted = from.zip(counted);
                let weighed =
                    parts_counted.map(|(from, count)| (from, from + every, *count as f64));
                average(weighed, width, parts)
            });
        }
        self.stretches().map(|stretches| {
            let weighed = stretches.into_iter().map(|(from, to)| (from as f64, to as f64, 1.0));
            average(weighed, width, parts)
        })
    }

    /// When units were in flight, and when they computed.
    fn stretches(&self) -> [Vec<(u64, u64)>; 2] {
        let mut lives: BTreeMap<usize, (u64, u64)> = BTreeMap::new();
        let mut runs = Vec::new();
        for span in self.spans() {
            lives.entry(span.unit).or_insert((span.from, span.to)).1 = span.to;
            if span.thread().is_some() {
                runs.push((span.from, span.to));
            }
        }
        [lives.into_values().collect(), runs]
    }
}

/// How much there is on average in each of so many parts of this width, of stretches that begin, end
/// and count for so much.
fn average(stretches: impl Iterator<Item = (f64, f64, f64)>, width: f64, parts: u32) -> Vec<f64> {
    let mut sums = vec![0.0; parts as usize];
    for (from, to, weight) in stretches {
        for (part, sum) in (0_u32..).zip(&mut sums) {
            let begin = f64::from(part) * width;
            let common = to.min(begin + width) - from.max(begin);
            if common > 0.0 {
                *sum += weight * common / width;
            }
        }
    }
    sums
}

/// The most stretches of time that overlap, in each of so many parts of this width. Where one ends
/// and another begins, they do not overlap.
fn at_once(stretches: Vec<(u64, u64)>, width: u64, parts: u64) -> Vec<usize> {
    let mut changes: Vec<(u64, bool)> = stretches
        .into_iter()
        .filter(|(from, to)| from < to)
        .flat_map(|(from, to)| [(from, true), (to, false)])
        .collect();
    changes.sort_unstable();
    let mut most = vec![0_usize; usize::try_from(parts).unwrap_or(0)];
    let (mut now, mut reached) = (0_usize, 0);
    for (at, begins) in changes {
        let part = usize::try_from(at / width).unwrap_or(usize::MAX);
        let last = part.min(most.len().saturating_sub(1));
        // Whatever was under way before this change was so in all parts since the last one.
        for count in most.iter_mut().take(last + 1).skip(reached) {
            *count = now.max(*count);
        }
        now = if begins { now + 1 } else { now - 1 };
        if let Some(count) = most.get_mut(part) {
            *count = now.max(*count);
        }
        reached = last;
    }
    most
}

impl Counts {
    /// Counts all units.
    fn new(events: &[Event], start: u64, tick_ns: u64) -> Self {
        let length = events.last().map_or(0, Event::at) - start;
        let every = (length / tick_ns).div_ceil(COUNTS).max(1);
        let width = every * tick_ns;
        let mut last: BTreeMap<usize, &Event> = BTreeMap::new();
        let mut begun: BTreeMap<usize, u64> = BTreeMap::new();
        let (mut lives, mut runs, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for event in events {
            let at = event.at() - start;
            let first = *begun.entry(event.unit()).or_insert(at);
            if let Some(before) = last.insert(event.unit(), event)
                && before.state() == State::Running
            {
                runs.push((before.at() - start, at));
            }
            if event.state() == State::Ended {
                lives.push((first, at));
                ends.push(at);
            }
        }
        let done = |part: u64| ends.partition_point(|end| *end <= (part + 1) * width);
        Self {
            every,
            done: (0..COUNTS).map(done).collect(),
            in_flight: at_once(lives, width, COUNTS),
            computing: at_once(runs, width, COUNTS),
        }
    }
}

/// The events without those that another of the same unit follows in the same tick: with them goes
/// what lasts no time. What runs is so much shorter than what waits that it stays, unless `also_runs`
/// says that it is too much.
fn without_instants<'a>(
    events: &[&'a Event],
    start: u64,
    tick_ns: u64,
    also_runs: bool,
) -> Vec<&'a Event> {
    let tick = |event: &Event| (event.at() - start) / tick_ns;
    let mut next: BTreeMap<usize, &Event> = BTreeMap::new();
    let mut kept: Vec<&Event> = Vec::with_capacity(events.len());
    for event in events.iter().rev() {
        let after = next.get(&event.unit());
        let is_instant = after.is_some_and(|after| tick(after) == tick(event));
        let is_idle = matches!(event.state(), State::Waiting(_) | State::Ready);
        let may_go = also_runs || is_idle;
        if !(is_instant && may_go) {
            next.insert(event.unit(), event);
            kept.push(event);
        }
    }
    kept.reverse();
    kept
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::{Seek, Write};

    use serde_json::json;

    use super::*;

    /// When a unit ran, for how long, and on which thread, in microseconds.
    type Run = (f64, f64, u32);
    /// The beginning of a unit, its runs, and its end.
    type Unit<'a> = (f64, &'a [Run], f64);

    /// A recording of these units, read from a trace file like those that the versions write.
    pub(crate) fn recorded(units: &[Unit]) -> Recorded {
        let mut entries = Vec::new();
        for (unit, (begin, runs, end)) in units.iter().enumerate() {
            let entry = |ph: &str, ts: f64, dur: f64, thread: u32| json!({"name": format!("page {unit}"), "ph": ph, "ts": ts, "dur": dur, "pid": 7, "tid": thread});
            entries.push(entry("b", *begin, 0.0, 0));
            entries.extend(runs.iter().map(|&(at, dur, thread)| entry("X", at, dur, thread)));
            entries.push(entry("e", *end, 0.0, 0));
        }
        for (thread, name) in ["main 0", "process 7"].iter().enumerate() {
            entries.push(json!({"name": "thread_name", "ph": "M", "ts": 0.0, "pid": 7,
                "tid": thread, "args": {"name": name}}));
        }
        read(&json!({ "traceEvents": entries }))
    }

    fn read(trace: &serde_json::Value) -> Recorded {
        let mut file = tempfile::tempfile().expect("a temporary file can be made");
        write!(file, "{trace}").expect("it can be written");
        file.rewind().expect("it is a file");
        Recorded::read_trace(file).expect("it is a trace").0
    }

    /// So many units that begin one after the other and overlap, each of which runs three times.
    pub(crate) fn many(units: u32) -> Recorded {
        let units: Vec<(f64, [Run; 3], f64)> = (0..units)
            .map(|unit| {
                let at = f64::from(unit) * 100.0;
                let runs = [0.0, 20_000.0, 50_000.0].map(|later| (at + later, 30.0, unit % 2));
                (at, runs, at + 50_030.0)
            })
            .collect();
        let units: Vec<_> =
            units.iter().map(|(begin, runs, end)| (*begin, &runs[..], *end)).collect();
        recorded(&units)
    }

    fn version(units: &[Unit]) -> Version {
        Version::new("tokio", false, 1, &recorded(units))
    }

    #[test]
    fn what_every_unit_did_comes_back() {
        let version = version(&[
            (10.0, &[(10.0, 2.0, 0), (40.0, 3.0, 1)], 43.0),
            (12.0, &[(15.0, 1.0, 0)], 30.0),
        ]);
        let mut spans: Vec<Span> = version.spans().collect();
        spans.sort_by_key(|span| (span.unit, span.from));
        let span = |unit, from, to, thread: Option<usize>| {
            let doing = thread.map_or(Doing::Waits, Doing::Runs);
            Span { unit, from, to, doing }
        };
        assert_eq!(
            spans,
            [
                span(0, 0, 2_000, Some(0)),
                span(0, 2_000, 30_000, None),
                span(0, 30_000, 33_000, Some(1)),
                span(1, 2_000, 5_000, None),
                span(1, 5_000, 6_000, Some(0)),
                span(1, 6_000, 20_000, None),
            ]
        );
        assert_eq!(version.length(), 33_000);
        // The number that the system gave to the process is replaced by one of the page's own.
        assert_eq!(version.threads, ["main 0", "process 1"]);
        assert_eq!((version.units, version.kept()), (2, 2));
        let json = serde_json::to_string(&version).expect("it has a form in JSON");
        assert_eq!(serde_json::from_str::<Version>(&json).expect("it is JSON"), version);
    }

    #[test]
    fn units_under_way_are_counted() {
        let version = version(&[
            (0.0, &[(0.0, 10.0, 0), (30.0, 10.0, 0)], 40.0),
            (10.0, &[(10.0, 10.0, 1)], 20.0),
        ]);
        assert_eq!(version.peaks(), [2, 1]);
        let [in_flight, computing] = version.averages(40_000, 4);
        assert_eq!(in_flight, [1.0, 2.0, 1.0, 1.0]);
        assert_eq!(computing, [1.0, 1.0, 0.0, 1.0]);
        assert_eq!(version.averages(80_000, 2)[1], [0.75, 0.0]);
    }

    #[test]
    fn ready_and_what_was_waited_for_come_back() {
        let entry = |name: &str, ph: &str, ts: f64, dur: f64| json!({"name": name, "ph": ph, "ts": ts, "dur": dur, "pid": 7, "tid": 0, "id": 0});
        let trace = json!({ "traceEvents": [
            entry("page 0", "b", 0.0, 0.0),
            entry("ready", "b", 0.0, 0.0),
            entry("page 0", "X", 10.0, 5.0),
            entry("waiting for the answer", "b", 15.0, 0.0),
            entry("waiting for a timer", "b", 40.0, 0.0),
            entry("ready", "b", 50.0, 0.0),
            entry("waiting for the answer", "b", 55.0, 0.0),
            entry("page 0", "e", 60.0, 0.0),
        ]});
        let version = Version::new("tokio", false, 1, &read(&trace));
        let done: Vec<(u64, Doing)> = version.spans().map(|span| (span.from, span.doing)).collect();
        let (ready, waits) = (Doing::Ready, Doing::Waits);
        assert_eq!(
            done,
            [
                (0, ready),
                (10_000, Doing::Runs(0)),
                (15_000, waits),
                (40_000, waits),
                (50_000, ready),
                (55_000, waits)
            ]
        );
        assert_eq!(version.waits, ["the answer", "a timer"]);
        assert_eq!(version.what, [READY, RUNS, WAITS_FOR, WAITS_FOR - 1, READY, WAITS_FOR, ENDED]);
        // A recording without them has no list of them.
        let old = serde_json::to_value(self::version(&[(0.0, &[(0.0, 1.0, 0)], 9.0)]));
        assert_eq!(old.expect("it has a form in JSON").get("waits"), None);
    }

    #[test]
    fn of_too_many_units_some_are_left_out_and_all_are_counted() {
        let recorded = many(1_000);
        let all = Version::new("tokio", false, 1, &recorded);
        assert_eq!((all.units, all.kept(), &all.counts), (1_000, 1_000, &None));
        let some = Version::within(2_000, "tokio", false, 1, &recorded);
        assert_eq!(some.units, 1_000);
        assert!((100..=500).contains(&some.kept()), "{}", some.kept());
        assert!(some.at.len() <= 2_000, "{}", some.at.len());
        // Their peak is that of all, within the width of what is counted.
        assert_eq!(all.peaks(), some.peaks());
        let total = |version: &Version| version.averages(all.length(), 20)[0].iter().sum::<f64>();
        let ratio = total(&some) / total(&all);
        assert!((0.9..1.1).contains(&ratio), "{ratio}");
        let counts = some.counts.expect("some are left out");
        assert_eq!(counts.done.last(), Some(&1_000));
        assert!(counts.done.is_sorted());
    }

    #[test]
    fn a_unit_with_too_many_events_is_rounded() {
        let runs: Vec<_> = (0..5_000_u32).map(|at| (f64::from(at) * 10.0, 4.0, 0)).collect();
        let recorded = recorded(&[(0.0, &runs, 50_000.0)]);
        let rounded = Version::within(1_000, "tokio", false, 1, &recorded);
        assert!(rounded.at.len() <= 1_000, "{}", rounded.at.len());
        assert_eq!(rounded.kept(), 1);
        assert!(rounded.length() > 45_000_000, "{}", rounded.length());
    }

    #[test]
    fn eight_versions_of_a_thousand_units_stay_small() {
        let recorded = many(1_000);
        let versions = vec![Version::new("async-std (discontinued)", false, 1, &recorded); 8];
        let json = serde_json::to_string(&Timelines { unit: "page".into(), versions });
        let size = json.expect("it has a form in JSON").len();
        assert!(size < 700_000, "{size}");
    }

    #[test]
    fn nothing_recorded_and_nonsense_are_no_reason_to_panic() {
        let empty = version(&[]);
        assert_eq!((empty.length(), empty.spans().count()), (0, 0));
        let edited = r#"{"label":"x","baseline":false,"wall_ns":1,"units":2,"tick_ns":1,
            "threads":[],"at":[18446744073709551615,5,1,1,1],"unit":[-3,5,0,0,0],
            "what":[0,9,-2,-2147483648,1]}"#;
        let edited: Version = serde_json::from_str(edited).expect("it has the form");
        assert_eq!(edited.spans().count(), 0);
        let timelines = Timelines { unit: "page".into(), versions: vec![empty, edited] };
        assert!(timelines.clock() > 0);
    }

    #[test]
    fn what_takes_far_longer_is_cut_off() {
        let of = |baseline, length| {
            Version::new("x", baseline, 1, &recorded(&[(0.0, &[(0.0, length, 0)], length)]))
        };
        let clock = |versions| Timelines { unit: "page".into(), versions }.clock();
        assert_eq!(clock(vec![of(true, 5_000.0), of(false, 100.0), of(false, 90.0)]), 100_000);
        assert_eq!(
            clock(vec![of(true, 5_000.0), of(false, 100.0), of(false, 90.0), of(false, 2_500.0)]),
            100_000
        );
        assert_eq!(clock(vec![of(true, 200.0), of(false, 100.0)]), 200_000);
        assert_eq!(clock(vec![of(true, 5_000.0)]), 5_000_000);
        assert_eq!(clock(vec![of(true, 50.0), of(false, 1_000.0)]), 1_000_000);
    }
}
