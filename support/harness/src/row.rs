//! The interface between a row and the harness.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::{
    arguments::Shared,
    limits::{Kind, Limits},
};

/// A workload: one job that each cell of a row does in its own way.
pub trait Row: clap::Args {
    /// The row's name, which is also the name of its folder.
    const NAME: &'static str;
    /// The name of a unit of work.
    const UNIT: &'static str;
    /// The input of the row's function.
    type Input;
    /// The output of the row's function.
    type Output;

    /// Whether the units wait or compute.
    fn kind(&self) -> Kind;

    /// Makes or opens the input, before anything is measured.
    ///
    /// # Errors
    /// Input that cannot be used; the message names it.
    fn prepare(&self, shared: &Shared) -> Result<Self::Input>;

    /// Describes the job ahead.
    fn plan(&self, input: &Self::Input, limits: Limits) -> Plan;

    /// Derives the answer from the output.
    fn answer(&self, input: &Self::Input, output: Self::Output) -> Answer;

    /// The arguments that make another process work on this same input.
    fn held(&self, _input: &Self::Input) -> Vec<String> {
        Vec::new()
    }

    /// Whether this process has the answer and reports it. If several do one job together, only one
    /// does; the others end silently.
    fn reports(&self) -> bool {
        true
    }

    /// The program's work if it was started as the row's helper (for example, as the site that
    /// serves the pages). Returns immediately in every other process.
    ///
    /// # Errors
    /// The helper cannot do its work.
    fn help() -> Result<()> {
        Ok(())
    }
}

/// The job ahead.
#[derive(Debug)]
pub struct Plan {
    /// The job in one line, for people.
    pub headline: String,
    /// The input, for `--json`.
    pub input: serde_json::Value,
    /// The number of units of work; `None` if it is unknown, as for a server that runs until it is
    /// stopped.
    pub units: Option<usize>,
    /// The shortest time in which any program could do it, if that is known beforehand.
    pub lower_bound: Option<std::time::Duration>,
}

/// The outcome of a job.
#[derive(Debug)]
pub struct Answer {
    /// The answer in one line, for people.
    pub line: String,
    /// The answer, for `--json`: identical from every correct cell.
    pub json: serde_json::Value,
    /// The units that failed, in input order.
    pub failures: Vec<Failure>,
    /// Figures that are not part of the answer, since they differ from run to run.
    pub figures: Option<Figures>,
}

/// Figures of a run beside its answer and its cost.
#[derive(Debug)]
pub struct Figures {
    /// The figures in one line, for people.
    pub line: String,
    /// The figures, for `--json`.
    pub json: serde_json::Value,
}

/// A unit of work that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{unit}: {reason}")]
pub struct Failure {
    /// Which one.
    pub unit: String,
    /// Why.
    pub reason: String,
}
