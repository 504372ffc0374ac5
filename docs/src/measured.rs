//! What the recorded run says of a single version, for the page that shows its code.

use claims::{
    Recorded,
    results::{Line, MeasuredTable, PLACE},
    update::time,
};
use figures::words;

/// The figures of a cell beside those of the baseline, as a table in Markdown; nothing if there
/// are none.
#[must_use]
pub fn figures(record: Option<&Recorded>, row: &str, approach: &str) -> String {
    let Some(record) = record else { return String::new() };
    let Some(table) = record.table(row) else { return String::new() };
    let MeasuredTable { at, job: Some(job), run: Some(run), lines, .. } = table else {
        return String::new();
    };
    let is_shown = |line: &&Line| {
        line.time_ns.is_some() && (line.is_baseline || line.approach.as_deref() == Some(approach))
    };
    let shown: Vec<&Line> = lines.iter().filter(is_shown).collect();
    if !shown.iter().any(|line| line.approach.as_deref() == Some(approach)) {
        return String::new();
    }
    let mut text = format!(
        "<div class=\"caption\">\n\nMeasured with `{job}` and `{at}`, on {}; the raw data are in \
         `{PLACE}/{run}.jsonl`. 95 % intervals in brackets.\n\n</div>\n\n\
         | version | time | speed-up | in flight |\n|---|---|---|---|\n",
        record.machine
    );
    for Line { label, time_ns, speed_up, in_flight, .. } in shown {
        let time = time_ns.map(time).unwrap_or_default();
        let speed_up = speed_up.map_or_else(|| "1".into(), words::estimate);
        let in_flight = in_flight.map_or_else(|| "–".into(), |peak| peak.to_string());
        text += &format!("| {label} | {time} | {speed_up} | {in_flight} |\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use figures::{machine::Machine, statistics::Estimate};

    use super::*;

    fn record() -> Recorded {
        let estimate = |value| Estimate { value, low: value, high: value };
        let line = |approach: &str, time: Option<f64>| Line {
            label: approach.into(),
            approach: Some(approach.into()),
            is_baseline: approach == "sequential",
            time_ns: time.map(estimate),
            speed_up: time.filter(|_| approach != "sequential").map(|_| estimate(20.0)),
            in_flight: Some(20),
        };
        Recorded {
            machine: Machine { cores: 2, processor: None, system: "linux".into() },
            claims: Vec::new(),
            tables: vec![MeasuredTable {
                row: "http".into(),
                at: "limit=20".into(),
                job: Some("--tasks 20".into()),
                run: Some("2026".into()),
                blocks: 8,
                planned: 8,
                control: None,
                capacity: None,
                limit: None,
                lines: vec![
                    line("sequential", Some(1e9)),
                    line("threads", Some(6e7)),
                    line("tokio", Some(5e7)),
                    line("smol", None),
                ],
            }],
        }
    }

    #[test]
    fn a_cell_stands_below_the_baseline() {
        let table = figures(Some(&record()), "http", "tokio");
        assert!(
            table.contains("Measured with `--tasks 20` and `limit=20`, on 2 cores, linux"),
            "{table}"
        );
        assert!(table.contains("| sequential | 1.00 s [1.00 s, 1.00 s] | 1 | 20 |\n"), "{table}");
        assert!(
            table.contains("| tokio | 50.0 ms [50.0 ms, 50.0 ms] | 20.0 [20.0, 20.0] | 20 |\n")
        );
        assert!(!table.contains("threads"), "{table}");
    }

    #[test]
    fn what_was_not_measured_has_no_table() {
        for (row, approach) in [("http", "smol"), ("http", "actors"), ("echo", "tokio")] {
            assert_eq!(figures(Some(&record()), row, approach), "");
        }
        assert_eq!(figures(None, "http", "tokio"), "");
    }
}
