//! Made-up runs, for the tests.

use harness::meter::Usage;
use serde_json::json;
use workspace::{Approach, BASELINE, Cell, run::Report};

use crate::run::history::History;

pub(crate) fn cell(approach: &str) -> Cell {
    Cell {
        row: "row".into(),
        approach: Approach::new(approach),
        folder: approach.into(),
        script: None,
    }
}

/// A report of 100 units, at most 50 in flight, on two workers, that computed nothing.
pub(crate) fn report(approach: &str, wall_ms: u64) -> Report {
    let (limit, workers) = if approach == BASELINE.name { (1, 1) } else { (50, 2) };
    Report {
        version: 1,
        workload: "row".into(),
        approach: Approach::new(approach),
        headline: "100 units".into(),
        input: json!({}),
        units: 100,
        limit,
        workers,
        answer: 42.into(),
        failures: Vec::new(),
        usage: Usage {
            wall_ns: wall_ms * 1_000_000,
            cpu_user_ns: Some(0),
            cpu_system_ns: Some(0),
            ..Usage::default()
        },
    }
}

pub(crate) fn history(approach: &str, reports: Vec<Report>) -> History {
    History { cell: cell(approach), reports, fault: None }
}

/// A version that took these times, in ms, with this much CPU time in each run and this many
/// units in flight.
pub(crate) fn runs(approach: &str, walls: &[u64], cpu_ms: u64, peak: u64) -> History {
    let runs = walls.iter().map(|wall| {
        let mut report = report(approach, *wall);
        report.usage.cpu_user_ns = Some(cpu_ms * 1_000_000);
        report.usage.peak_in_flight = peak;
        report
    });
    history(approach, runs.collect())
}
