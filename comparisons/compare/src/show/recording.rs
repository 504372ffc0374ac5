//! Timelines in a file, for the book: `compare http --timeline-data docs/runs/http.json`.

use std::{fs::File, io::Write, path::Path};

use anyhow::{Context, Result};
use figures::machine::Machine;
use viewer::recording::Recording;

use super::{html::page::timelines, values::today};
use crate::run::traces::Traced;

/// Writes the timelines of recorded runs, with what a caption says of them.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn write(path: &Path, command: String, traces: &[Traced]) -> Result<()> {
    let recording = Recording {
        command,
        machine: Machine::here().to_string(),
        date: today(),
        timelines: timelines(traces),
    };
    let write = || -> Result<()> {
        let mut file = File::create(path)?;
        Ok(writeln!(file, "{}", serde_json::to_string(&recording)?)?)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
