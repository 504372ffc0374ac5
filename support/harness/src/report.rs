//! What a run prints: a few lines for people, or one line of JSON.

use std::{fmt, io::IsTerminal, time::Duration};

use serde::Serialize;

use crate::{
    approach::Approach,
    limits::Limits,
    message,
    meter::Usage,
    row::{Answer, Failure, Plan},
    words::{bytes, plural, seconds},
};

/// Everything that is known about one run.
pub(crate) struct Run<'a> {
    pub(crate) workload: &'a str,
    pub(crate) approach: &'a Approach,
    pub(crate) limits: Limits,
    pub(crate) plan: Plan,
    pub(crate) answer: Answer,
    pub(crate) usage: Usage,
}

#[derive(Serialize)]
struct Json<'a> {
    version: u32,
    workload: &'a str,
    approach: &'a Approach,
    headline: &'a str,
    input: &'a serde_json::Value,
    units: usize,
    limit: usize,
    workers: usize,
    answer: &'a serde_json::Value,
    failures: &'a [Failure],
    #[serde(skip_serializing_if = "Option::is_none")]
    figures: Option<&'a serde_json::Value>,
    #[serde(flatten)]
    usage: &'a Usage,
}

impl Run<'_> {
    pub(crate) fn json(&self) -> String {
        let json = Json {
            version: 1,
            workload: self.workload,
            approach: self.approach,
            headline: &self.plan.headline,
            input: &self.plan.input,
            units: self.plan.units.unwrap_or(0),
            limit: self.limits.in_flight,
            workers: self.limits.workers,
            answer: &self.answer.json,
            failures: &self.answer.failures,
            figures: self.answer.figures.as_ref().map(|figures| &figures.json),
            usage: &self.usage,
        };
        serde_json::to_string(&json)
            .expect("numbers, strings and maps with string keys can be written as JSON")
    }
}

impl fmt::Display for Run<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = format!("{} · {}", self.workload, self.approach.label());
        writeln!(f, "{title:<18}  {}", self.plan.headline)?;
        writeln!(f, "{}", self.answer.line)?;
        if let Some(figures) = &self.answer.figures {
            writeln!(f, "{}", figures.line)?;
        }
        let usage = &self.usage;
        writeln!(
            f,
            "wall {}   cpu {}   waiting {}   peak {} in flight   {}   {}",
            seconds(usage.wall()),
            known(usage.cpu().map(seconds)),
            known(
                usage.waiting(self.limits.workers).map(|share| format!("{:.0} %", share * 100.0))
            ),
            usage.peak_in_flight,
            known(
                usage.threads.map(|threads| plural(
                    usize::try_from(threads).unwrap_or(usize::MAX),
                    "thread"
                ))
            ),
            known(usage.peak_rss_bytes.map(bytes)),
        )?;
        if let Some(start) = usage.start_ns {
            let start = seconds(Duration::from_nanos(start));
            writeln!(f, "The start of the worker processes took {start} of the wall time.")?;
        }
        if let Some(bound) = self.plan.lower_bound {
            write!(
                f,
                "The limit for {} in flight is {}.  ",
                self.limits.in_flight,
                seconds(bound)
            )?;
        }
        writeln!(f, "Compare: cargo run --release -p compare -- {}", self.workload)
    }
}

fn known(value: Option<impl fmt::Display>) -> String {
    value.map_or_else(|| "not known here".into(), |value| value.to_string())
}

/// Lists what failed on stderr: all of it to a file or a pipe, the first few to a person.
pub(crate) fn list_failures(failures: &[Failure]) {
    const SHOWN: usize = 10;
    let shown = if std::io::stderr().is_terminal() { SHOWN } else { failures.len() };
    for failure in failures.iter().take(shown) {
        message::line(format_args!("failed: {failure}"));
    }
    if failures.len() > shown {
        let more = failures.len() - shown;
        message::line(format_args!("failed: {more} more (--json lists all)"));
    }
}
