//! Runs versions once more, to record who did what when.

use std::fs::File;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use timeline::Recorded;
use workspace::{
    Cell,
    run::{Fault, Report},
};

/// To a viewer, the same ID is the same unit, but each version counts its own from zero. So in a trace
/// of all versions, those of the next version are this much higher.
const IDS_PER_VERSION: u64 = 1_000_000_000;

/// The recording of one version.
#[derive(Debug)]
pub(crate) struct Traced {
    /// What the version is called.
    pub(crate) label: String,
    /// Its report of this run.
    pub(crate) report: Report,
    /// Which unit ran or waited, and where.
    pub(crate) recorded: Recorded,
    /// What one unit of work is called.
    pub(crate) unit: String,
    /// The trace as the version has written it.
    trace: Value,
}

/// Records a run of each cell that completes. `run` is called with a cell and the arguments that
/// make it write its trace.
///
/// # Errors
/// No temporary folder can be made, or a trace cannot be read.
pub(crate) fn record(
    cells: &[Cell],
    mut run: impl FnMut(&Cell, &[String]) -> Result<Report, Fault>,
) -> Result<Vec<Traced>> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut traces = Vec::new();
    for cell in cells {
        let path = folder.path().join(cell.package());
        let Ok(report) = run(cell, &["--trace".into(), path.display().to_string()]) else {
            // Failures have already been reported.
            continue;
        };
        let open = || File::open(&path).with_context(|| format!("{} has no trace", cell.package()));
        let unreadable = || format!("the trace of {} cannot be read", cell.package());
        let (recorded, unit) = Recorded::read_trace(open()?).with_context(unreadable)?;
        let trace = serde_json::from_reader(open()?).with_context(unreadable)?;
        let label = cell.approach.label().to_owned();
        traces.push(Traced { label, report, recorded, unit, trace });
    }
    Ok(traces)
}

/// The traces as one, for Perfetto: each version's processes are called after it.
#[must_use]
pub(crate) fn merged(traces: &[Traced]) -> Value {
    let mut all: Vec<Value> = Vec::new();
    for (place, Traced { label, trace, .. }) in (0..).zip(traces) {
        let mut events = trace["traceEvents"].as_array().cloned().unwrap_or_default();
        for event in &mut events {
            if let Some(id) = event["id"].as_u64() {
                event["id"] = json!(place * IDS_PER_VERSION + id);
            }
        }
        let mut processes: Vec<u64> =
            events.iter().filter_map(|event| event["pid"].as_u64()).collect();
        processes.sort_unstable();
        processes.dedup();
        for pid in processes {
            for (name, args) in [
                ("process_name", json!({ "name": label })),
                ("process_sort_index", json!({ "sort_index": place })),
            ] {
                all.push(json!({
                    "name": name, "cat": "__metadata", "ph": "M", "ts": 0, "pid": pid, "tid": 0,
                    "args": args,
                }));
            }
        }
        all.extend(events);
    }
    json!({ "displayTimeUnit": "ms", "traceEvents": all })
}
