//! The trace file, in the [Trace Event Format] that Perfetto and Chrome open.
//!
//! A unit is an *async* event, since a task may move from thread to thread while it lives; what it
//! runs is a slice on the thread that it ran on. Within the unit's event, others show when it was
//! ready, and when it waited and for what.
//!
//! [Trace Event Format]: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, BufReader, BufWriter, Write},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    on::On,
    record::{Event, Recorded, State},
};

#[derive(Serialize)]
struct Entry {
    name: String,
    cat: &'static str,
    ph: &'static str,
    /// Microseconds.
    ts: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    dur: Option<f64>,
    pid: u32,
    tid: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Value::is_null")]
    args: Value,
}

/// A trace as it is read; what matters of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trace {
    trace_events: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    name: String,
    ph: String,
    ts: f64,
    dur: Option<f64>,
    pid: u32,
    tid: u32,
    id: Option<usize>,
    #[serde(default)]
    args: Value,
}

/// What the event of a unit's state is called: ready, or waiting and for what.
fn name_of(state: State) -> Option<String> {
    match state {
        State::Ready => Some(READY.into()),
        State::Waiting(None) => Some(WAITING.into()),
        State::Waiting(Some(on)) => Some(format!("{WAITING}{FOR}{on}")),
        State::Running | State::Ended => None,
    }
}

/// Between two events of a unit that belong together lies the time that it takes to record one. So
/// whatever is shorter than this is not written, unless the unit runs. In nanoseconds.
const SHORTEST: u64 = 1_000;

const READY: &str = "ready";
const WAITING: &str = "waiting";
const FOR: &str = " for ";

/// The state that is called so.
fn state_named(name: &str) -> Option<State> {
    if name == READY {
        return Some(State::Ready);
    }
    match name.strip_prefix(WAITING)? {
        "" => Some(State::Waiting(None)),
        on => Some(State::Waiting(Some(On::named(on.strip_prefix(FOR)?)?))),
    }
}

impl Recorded {
    /// Reads a trace that [`Self::write_trace`] has written, and what one unit of work is called.
    ///
    /// # Errors
    /// It cannot be read, or is no such trace.
    pub fn read_trace(file: File) -> io::Result<(Self, String)> {
        let trace: Trace = serde_json::from_reader(BufReader::new(file))?;
        let (mut events, mut names) = (Vec::new(), BTreeMap::new());
        let mut unit_name = String::new();
        for Line { name, ph, ts, dur, pid: process, tid: thread, id, args } in trace.trace_events {
            if ph == "M" {
                let name = args["name"].as_str().unwrap_or_default();
                names.insert((process, thread), name.to_owned());
                continue;
            }
            let state = state_named(&name);
            let unit = if state.is_some() {
                id
            } else {
                // Any other event is called as its unit is: `page 7`.
                name.rsplit_once(' ').and_then(|(called, index)| {
                    let index = index.parse().ok()?;
                    called.clone_into(&mut unit_name);
                    Some(index)
                })
            };
            let Some(unit) = unit else { continue };
            let mut push = |micros: f64, state| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "no moment is negative, and 2^64 nanoseconds are 584 years"
                )]
                let at = (micros * 1_000.0).round() as u64;
                events.push(Event { at, unit, state, process, thread });
            };
            match (&*ph, state) {
                ("b", state) => push(ts, state.unwrap_or(State::Waiting(None))),
                ("X", _) => {
                    push(ts, State::Running);
                    push(ts + dur.unwrap_or_default(), State::Waiting(None));
                }
                ("e", None) => push(ts, State::Ended),
                _ => {}
            }
        }
        // The sort is stable: what happens at one moment stays in the order in which it was written.
        events.sort_by_key(|event| event.at);
        Ok((Self { events, names }, unit_name))
    }

    /// Writes the trace; `unit` is what one unit of work is called.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_trace(&self, unit: &str, file: File) -> io::Result<()> {
        let mut file = BufWriter::new(file);
        serde_json::to_writer(
            &mut file,
            &json!({ "displayTimeUnit": "ms", "traceEvents": self.entries(unit) }),
        )?;
        file.flush()
    }

    fn entries(&self, unit: &str) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut begun = BTreeSet::new();
        let mut last: BTreeMap<usize, &Event> = BTreeMap::new();
        let mut threads = BTreeSet::new();
        for event in &self.events {
            threads.insert((event.process, event.thread));
            let entry = |ph, ts: u64, cat| Entry {
                name: format!("{unit} {}", event.unit),
                cat,
                ph,
                ts: ts as f64 / 1_000.0,
                dur: None,
                pid: event.process,
                tid: event.thread,
                id: Some(event.unit),
                args: Value::Null,
            };
            if begun.insert(event.unit) {
                entries.push(entry("b", event.at, "unit"));
            }
            if let Some(before) = last.insert(event.unit, event) {
                let of =
                    |ph, ts, name: &String| Entry { name: name.clone(), ..entry(ph, ts, "unit") };
                if before.state == State::Running {
                    let dur = Some((event.at - before.at) as f64 / 1_000.0);
                    let (pid, tid) = (before.process, before.thread);
                    let slice = entry("X", before.at, "running");
                    entries.push(Entry { dur, id: None, pid, tid, ..slice });
                } else if event.at - before.at >= SHORTEST
                    && let Some(name) = name_of(before.state)
                {
                    entries.extend([of("b", before.at, &name), of("e", event.at, &name)]);
                }
            }
            if event.state == State::Ended {
                entries.push(entry("e", event.at, "unit"));
            }
        }
        for (process, thread) in threads {
            entries.push(Entry {
                name: "thread_name".into(),
                cat: "__metadata",
                ph: "M",
                ts: 0.0,
                dur: None,
                pid: process,
                tid: thread,
                id: None,
                args: json!({ "name": self.thread_name(process, thread) }),
            });
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Seek, time::Duration};

    use super::*;

    #[test]
    fn a_trace_is_read_as_it_was_written() {
        let event = |at, unit, state, thread| Event { at, unit, state, process: 7, thread };
        let recorded = Recorded {
            events: vec![
                event(0, 0, State::Ready, 0),
                event(1_000, 0, State::Running, 1),
                event(1_500, 1, State::Running, 0),
                event(2_000, 0, State::Waiting(Some(On::Commit)), 1),
                event(3_000, 0, State::Ready, 0),
                event(4_500, 0, State::Running, 0),
                event(5_000, 0, State::Waiting(None), 0),
                event(7_000, 1, State::Ended, 0),
                event(7_000, 0, State::Ended, 0),
            ],
            names: [((7, 0), "main 0".into()), ((7, 1), "worker 1".into())].into(),
        };
        let mut file = tempfile::tempfile().expect("a temporary file can be made");
        let copy = file.try_clone().expect("it is open");
        recorded.write_trace("page", copy).expect("it can be written");
        file.rewind().expect("it is a file");
        let (read, unit) = Recorded::read_trace(file).expect("it is a trace");
        assert_eq!(unit, "page");
        assert_eq!(read.names, recorded.names);
        let draw = |recorded: &Recorded| recorded.draw_on_a_clock("page", 9, 60, 7_000);
        assert_eq!(draw(&read), draw(&recorded));
        assert!(draw(&read).contains("\npage 1"), "{}", draw(&read));
        let states = |recorded: &Recorded| -> Vec<(u64, State)> {
            let all = recorded.events.iter().filter(|event| event.unit == 0);
            all.map(|event| (event.at, event.state)).collect()
        };
        let read_states = states(&read);
        for state in states(&recorded) {
            assert!(read_states.contains(&state), "{state:?} is not in {read_states:?}");
        }
        assert_eq!(read.ends(), [Duration::from_micros(7), Duration::from_micros(7)]);
    }
    #[test]
    fn each_wait_is_told_by_its_name() {
        for on in On::ALL {
            let waiting = State::Waiting(Some(on));
            let name = name_of(waiting).expect("a wait has a name");
            assert_eq!(state_named(&name), Some(waiting), "{name}");
        }
        for page in ["page 7", "ready 7", "waiting 0"] {
            assert_eq!(state_named(page), None);
        }
    }

    #[test]
    fn a_trace_that_tells_nothing_of_ready_is_read() {
        let trace = json!({ "traceEvents": [
            { "name": "page 3", "ph": "b", "ts": 0.0, "pid": 7, "tid": 0, "id": 3 },
            { "name": "page 3", "ph": "X", "ts": 1.0, "dur": 2.0, "pid": 7, "tid": 0 },
            { "name": "page 3", "ph": "e", "ts": 5.0, "pid": 7, "tid": 0, "id": 3 },
        ]});
        let mut file = tempfile::tempfile().expect("a temporary file can be made");
        write!(file, "{trace}").expect("it can be written");
        file.rewind().expect("it is a file");
        let (read, unit) = Recorded::read_trace(file).expect("it is a trace");
        assert_eq!(unit, "page");
        let states: Vec<(u64, State)> =
            read.events.iter().map(|event| (event.at, event.state)).collect();
        let (waiting, running) = (State::Waiting(None), State::Running);
        let expected = [(0, waiting), (1_000, running), (3_000, waiting), (5_000, State::Ended)];
        assert_eq!(states, expected);
    }
}
