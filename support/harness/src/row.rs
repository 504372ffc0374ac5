//! What a row tells the harness about itself.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::{
    arguments::Shared,
    limits::{Kind, Limits},
};

/// A workload: one job that each of a row's cells does in its own way.
pub trait Row: clap::Args {
    /// The row's name, which is that of its folder.
    const NAME: &'static str;
    /// What one unit of work is called.
    const UNIT: &'static str;
    /// What the row's function works on.
    type Input;
    /// What the row's function returns.
    type Output;

    /// Whether the units wait or compute.
    fn kind(&self) -> Kind;

    /// Makes or opens the input, before anything is measured.
    ///
    /// # Errors
    /// Input that cannot be used; the message names it.
    fn prepare(&self, shared: &Shared) -> Result<Self::Input>;

    /// Says what is about to be done to the input.
    fn plan(&self, input: &Self::Input, limits: Limits) -> Plan;

    /// Draws the answer from the output.
    fn answer(&self, input: &Self::Input, output: Self::Output) -> Answer;

    /// The arguments with which another process works on this same input.
    fn held(&self, _input: &Self::Input) -> Vec<String> {
        Vec::new()
    }

    /// Whether this process has the answer and reports it. Of several that do one job together, only
    /// one does; the others end without a word.
    fn reports(&self) -> bool {
        true
    }

    /// What this program does instead of its job when it was started as the row's helper (say, as
    /// the site that the pages are fetched from). Returns at once in every other process.
    ///
    /// # Errors
    /// Whatever keeps the helper from its work.
    fn help() -> Result<()> {
        Ok(())
    }
}

/// What is about to be done.
#[derive(Debug)]
pub struct Plan {
    /// The job in one line, for people.
    pub headline: String,
    /// The input, for `--json`.
    pub input: serde_json::Value,
    /// How many units of work there are; `None` if nobody knows, as of a server that runs until it is
    /// stopped.
    pub units: Option<usize>,
    /// The shortest time in which anything could do it, where that is known beforehand.
    pub lower_bound: Option<std::time::Duration>,
}

/// What came out.
#[derive(Debug)]
pub struct Answer {
    /// The answer in one line, for people.
    pub line: String,
    /// The answer, for `--json`: the same to the letter from every cell that is right.
    pub json: serde_json::Value,
    /// The units that failed, in input order.
    pub failures: Vec<Failure>,
    /// Figures that are no part of the answer, since they differ from run to run.
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
