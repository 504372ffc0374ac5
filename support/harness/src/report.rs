//! The report of a run: a few lines for people, or one line of JSON.

use std::{fmt, io::IsTerminal, time::Duration};

use serde::Serialize;

use crate::{
    approach::Approach,
    limits::{Kind, Limits},
    message,
    meter::Usage,
    row::{Answer, Failure, Plan},
    words::{bytes, grouped, plural, seconds},
};

/// A shorter run spends much of its time on starting threads and waking them.
const TELLING: Duration = Duration::from_millis(10);
/// What is said of such a run.
const TOO_SHORT: &str = "It ended within 10 ms, too soon to say what the time went into.\n";
/// The shortest lower bound that is worth a line.
const SHORTEST_BOUND: Duration = Duration::from_millis(1);

/// All facts about one run.
pub(crate) struct Run<'a> {
    pub(crate) workload: &'a str,
    pub(crate) approach: &'a Approach,
    pub(crate) kind: Kind,
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

impl Run<'_> {
    /// The meaning of the figures, and what to run next.
    pub(crate) fn conclusion(&self) -> String {
        let waiting = self.usage.waiting(self.limits.workers);
        let mut text = match waiting.filter(|_| self.usage.peak_in_flight > 0) {
            Some(_) if self.usage.wall() < TELLING => TOO_SHORT.to_owned(),
            Some(waiting) => in_words(self.kind, waiting),
            None => String::new(),
        };
        // A shorter one would be shown as 0.000 s.
        if let Some(bound) = self.plan.lower_bound.filter(|&bound| bound >= SHORTEST_BOUND) {
            text += &format!(
                "With {} in flight it cannot take less than {}; it took {:.2} times that.\n",
                self.limits.in_flight,
                seconds(bound),
                self.usage.wall().as_secs_f64() / bound.as_secs_f64()
            );
        }
        format!("{text}Compare: cargo run --release -p compare -- {}\n", self.workload)
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
            grouped(usage.peak_in_flight),
            known(usage.threads.map(|threads| plural(threads, "thread"))),
            known(usage.peak_rss_bytes.map(bytes)),
        )?;
        if let Some(start) = usage.start_ns {
            let start = seconds(Duration::from_nanos(start));
            writeln!(f, "Starting the worker processes took {start} of the wall time.")?;
        }
        Ok(())
    }
}

/// The kind of work, from the share of the time in which it did not compute.
fn in_words(kind: Kind, waiting: f64) -> String {
    let waited = format!("{:.0} %", waiting * 100.0);
    let computed = format!("{:.0} %", (1.0 - waiting) * 100.0);
    match (kind, waiting) {
        (Kind::Waits { .. }, 0.6..) => format!("It waited for {waited} of the time: I/O-bound.\n"),
        (_, ..0.4) => format!("It computed for {computed} of the time: CPU-bound.\n"),
        (Kind::Waits { .. }, _) => {
            format!("It waited for {waited} of the time and computed for the rest.\n")
        }
        // This kind of work waits only for other work.
        (Kind::Computes, _) => format!(
            "It had its cores for only {computed} of the time: other programs used them,\n\
             or its workers waited for each other.\n"
        ),
    }
}

fn known(value: Option<impl fmt::Display>) -> String {
    value.map_or_else(|| "unknown".into(), |value| value.to_string())
}

/// Lists the failures on stderr: all of them to a file or a pipe, the first few to a person.
pub(crate) fn list_failures(failures: &[Failure]) {
    const SHOWN: usize = 10;
    let shown = if std::io::stderr().is_terminal() { SHOWN } else { failures.len() };
    for failure in failures.iter().take(shown) {
        message::line(format_args!("failed: {failure}"));
    }
    if failures.len() > shown {
        let more = failures.len() - shown;
        message::line(format_args!("failed: {more} more (--json lists them all)"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is concluded from a run of one unit that took `wall` and could not take less than
    /// `bound`.
    fn conclusion(wall: Duration, bound: Duration) -> String {
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).expect("it is short");
        Run {
            workload: "sleep",
            approach: &Approach::new("threads"),
            kind: Kind::Waits { limit: 1 },
            limits: Limits::ONE,
            plan: Plan {
                headline: String::new(),
                input: serde_json::Value::Null,
                units: Some(1),
                lower_bound: Some(bound),
            },
            answer: Answer {
                line: String::new(),
                json: serde_json::Value::Null,
                failures: Vec::new(),
                figures: None,
            },
            usage: Usage {
                wall_ns: nanos(wall),
                cpu_user_ns: Some(nanos(wall) / 100),
                cpu_system_ns: Some(0),
                peak_in_flight: 1,
                ..Usage::default()
            },
        }
        .conclusion()
    }

    #[test]
    fn a_run_says_what_its_time_went_into_unless_it_is_too_short() {
        let long = conclusion(Duration::from_millis(51), Duration::from_millis(50));
        assert!(long.starts_with("It waited for 99 % of the time: I/O-bound.\n"), "{long}");
        assert!(long.contains("less than 0.050 s; it took 1.02 times that.\n"), "{long}");
        let short = conclusion(Duration::from_millis(2), Duration::from_nanos(50));
        assert!(short.starts_with(TOO_SHORT), "{short}");
        assert!(!short.contains("less than"), "{short}");
    }
}
