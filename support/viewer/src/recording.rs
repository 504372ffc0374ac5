//! Timelines in a file, with what is to be said of them.

use serde::{Deserialize, Serialize};

use crate::data::Timelines;

/// Recorded runs of the versions of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// What was compared, as a command.
    pub command: String,
    /// The machine that it ran on.
    pub machine: String,
    /// The day, such as `2026-01-31`.
    pub date: String,
    /// Who did what when.
    #[serde(flatten)]
    pub timelines: Timelines,
}

impl Recording {
    /// What stands below the timelines.
    #[must_use]
    pub fn caption(&self) -> String {
        let Self { command, machine, date, .. } = self;
        format!("Recorded with {command} on {date} ({machine}).")
    }
}
