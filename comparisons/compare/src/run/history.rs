//! What became of one version, round by round.

use workspace::{
    Cell,
    run::{Fault, Report},
};

/// What became of one version.
#[derive(Debug)]
pub(crate) struct History {
    /// Which one.
    pub(crate) cell: Cell,
    /// The reports of its runs, one per round, until something went wrong.
    pub(crate) reports: Vec<Report>,
    /// What went wrong, and in which round, from 1. It was not run again.
    pub(crate) fault: Option<(usize, Fault)>,
}

impl History {
    /// The wall-clock times of its runs, in seconds.
    #[must_use]
    pub(crate) fn walls(&self) -> Vec<f64> {
        self.reports.iter().map(|report| report.usage.wall().as_secs_f64()).collect()
    }

    /// Notes what a round brought.
    pub(crate) fn note(&mut self, round: usize, outcome: Result<Report, Fault>) {
        match outcome {
            Ok(report) => self.reports.push(report),
            Err(fault) => self.fault = Some((round, fault)),
        }
    }
}
