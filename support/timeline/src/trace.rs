//! The trace file, in the [Trace Event Format] that Perfetto and Chrome open.
//!
//! A unit is an *async* event, since a task may move from thread to thread while it lives; what it
//! runs is a slice on the thread that it ran on.
//!
//! [Trace Event Format]: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, BufReader, BufWriter, Write},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::record::{Event, Recorded, State};

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
    #[serde(default)]
    args: Value,
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
        for Line { name, ph, ts, dur, pid: process, tid: thread, args } in trace.trace_events {
            if ph == "M" {
                let name = args["name"].as_str().unwrap_or_default();
                names.insert((process, thread), name.to_owned());
                continue;
            }
            // A slice is called as its unit is: `page 7`.
            let Some((called, index)) = name.rsplit_once(' ') else { continue };
            let Ok(unit) = index.parse() else { continue };
            called.clone_into(&mut unit_name);
            let mut push = |micros: f64, state| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "no moment is negative, and 2^64 nanoseconds are 584 years"
                )]
                let at = (micros * 1_000.0).round() as u64;
                events.push(Event { at, unit, state, process, thread });
            };
            match &*ph {
                "b" => push(ts, State::Waiting),
                "X" => {
                    push(ts, State::Running);
                    push(ts + dur.unwrap_or_default(), State::Waiting);
                }
                "e" => push(ts, State::Ended),
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
        let mut running = BTreeMap::new();
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
            if let Some(since) = running.remove(&event.unit) {
                let dur = Some((event.at - since) as f64 / 1_000.0);
                entries.push(Entry { dur, id: None, ..entry("X", since, "running") });
            }
            match event.state {
                State::Running => drop(running.insert(event.unit, event.at)),
                State::Waiting => {}
                State::Ended => entries.push(entry("e", event.at, "unit")),
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
                event(0, 0, State::Waiting, 0),
                event(1_000, 0, State::Running, 1),
                event(1_500, 1, State::Running, 0),
                event(2_000, 0, State::Waiting, 1),
                event(3_000, 0, State::Running, 0),
                event(4_000, 1, State::Ended, 0),
                event(4_000, 0, State::Ended, 0),
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
        let draw = |recorded: &Recorded| recorded.draw_on_a_clock("page", 9, 60, 4_000);
        assert_eq!(draw(&read), draw(&recorded));
        assert!(draw(&read).contains("\npage 1"), "{}", draw(&read));
        assert_eq!(read.ends(), [Duration::from_micros(4), Duration::from_micros(4)]);
    }
}
