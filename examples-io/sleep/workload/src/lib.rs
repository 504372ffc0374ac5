//! The row `sleep` without its concurrency: one wait, and whether it took as long as it should.

use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use harness::{
    Answer, Failure, Kind, Limits, Plan, Row, Shared, capacity, duration,
    pool::JobError,
    unit::{self, On, Unit},
    words::{grouped, plural},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The memory of a task in the async cells, in bytes. Other cells take less, or allow far fewer
/// tasks.
const TASK: usize = 600;

/// Runs many tasks that only wait.
#[derive(Args, Debug)]
pub struct Sleep {
    /// The number of tasks that wait
    #[arg(long, value_name = "N", default_value_t = 100)]
    tasks: usize,
    /// How long each task waits
    #[arg(long, value_name = "TIME", default_value = "50ms", value_parser = duration::parse)]
    latency: Duration,
}

/// One wait: the unit of work.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Wait {
    /// Its place in the input, from 0.
    pub index: usize,
    /// How long it takes.
    pub latency: Duration,
}

/// The outcome of one wait. The rare fault is boxed, so a million outcomes take only 8 MB.
pub type Outcome = Result<(), Box<Fault>>;

/// Why a wait does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Fault {
    /// It ended early.
    #[error("it ended early, after {}", duration::write(*.0))]
    Early(Duration),
    /// A worker process failed.
    #[error("{0}")]
    Worker(String),
}

impl From<JobError> for Box<Fault> {
    fn from(error: JobError) -> Self {
        Self::new(Fault::Worker(error.to_string()))
    }
}

impl Wait {
    /// Waits with a `sleep` that blocks this thread.
    pub fn run(self, sleep: impl FnOnce(Duration)) -> Outcome {
        Unit::begin(self.index).run(|| {
            let start = Instant::now();
            unit::waiting_for(On::Timer, || sleep(self.latency));
            self.outcome(start)
        })
    }

    /// Waits with a `sleep` that is a future.
    pub fn drive<S: Future>(
        self,
        sleep: impl FnOnce(Duration) -> S,
    ) -> impl Future<Output = Outcome> {
        Unit::begin(self.index).drive(async move {
            let start = Instant::now();
            unit::awaiting(On::Timer, sleep(self.latency)).await;
            self.outcome(start)
        })
    }

    fn outcome(self, start: Instant) -> Outcome {
        let waited = start.elapsed();
        if waited < self.latency { Err(Fault::Early(waited).into()) } else { Ok(()) }
    }
}

impl Row for Sleep {
    const NAME: &'static str = "sleep";
    const UNIT: &'static str = "wait";
    /// How many waits there are, and how long each of them takes.
    type Input = (usize, Duration);
    type Output = Vec<Outcome>;

    fn kind(&self) -> Kind {
        // All of them at the same time: that is the point of this row.
        Kind::Waits { limit: self.tasks.max(1) }
    }

    fn prepare(&self, _: &Shared) -> Result<Self::Input> {
        capacity::for_things(self.tasks, "task", TASK)?;
        Ok((self.tasks, self.latency))
    }

    fn plan(&self, &(tasks, latency): &Self::Input, limits: Limits) -> Plan {
        let text = duration::write(latency);
        // At most the limit wait at the same time; the others wait after them.
        let rounds = u32::try_from(tasks.div_ceil(limits.in_flight)).unwrap_or(u32::MAX);
        Plan {
            headline: format!(
                "{} of {text} each, at most {} in flight",
                plural(tasks, "wait"),
                grouped(limits.in_flight)
            ),
            input: json!({ "tasks": tasks, "latency": text }),
            units: Some(tasks),
            lower_bound: Some(latency.saturating_mul(rounds)),
        }
    }

    fn answer(&self, _: &Self::Input, outcomes: Vec<Outcome>) -> Answer {
        let completed = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let faults =
            (0..).zip(outcomes).filter_map(|(index, outcome)| Some((index, outcome.err()?)));
        let mut early = 0;
        let failures = faults.map(|(index, fault): (usize, _)| {
            early += usize::from(matches!(*fault, Fault::Early(_)));
            Failure { unit: format!("wait {index}"), reason: fault.to_string() }
        });
        let failures = failures.collect();
        Answer {
            line: format!(
                "completed {}, {} ended early",
                plural(completed, "wait"),
                grouped(early)
            ),
            json: json!({ "completed": completed, "early": early }),
            failures,
            figures: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Wait = Wait { index: 3, latency: Duration::from_millis(100) };

    #[test]
    fn a_whole_wait_counts() {
        assert_eq!(WAIT.run(std::thread::sleep), Ok(()));
    }

    #[test]
    fn a_wait_that_ends_early_does_not() {
        let fault = WAIT.run(|_| {}).expect_err("it did not wait at all");
        assert!(matches!(*fault, Fault::Early(waited) if waited < WAIT.latency), "{fault}");
    }

    #[test]
    fn a_million_outcomes_take_little_memory() {
        assert_eq!(size_of::<Outcome>(), 8);
    }
}
