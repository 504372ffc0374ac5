//! The trace file, in the [Trace Event Format] that Perfetto and Chrome open.
//!
//! A unit is an *async* event, since a task may move from thread to thread while it lives; what it
//! runs is a slice on the thread that it ran on.
//!
//! [Trace Event Format]: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, BufWriter, Write},
};

use serde::Serialize;
use serde_json::{Value, json};

use crate::record::{Recorded, State};

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

impl Recorded {
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
