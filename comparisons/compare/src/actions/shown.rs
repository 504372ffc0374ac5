//! A row with its figures and sentences, in the forms in which they are shown.

use anyhow::Result;
use figures::machine::Load;
use serde::Serialize;
use viewer::data::Timelines;
use workspace::Row;

use crate::{
    arguments::How,
    judge::{comparison::Comparison, python::Languages, verdict},
    saved::Measured,
    show::{
        self, html,
        table::{self, Look},
    },
};

/// What `--json` prints.
#[derive(Serialize)]
pub(crate) struct Json<'a> {
    pub(crate) version: u32,
    pub(crate) machine: Load,
    pub(crate) rows: &'a [Shown],
}

/// A row, and what its figures show in words.
#[derive(Serialize)]
pub(crate) struct Shown {
    #[serde(flatten)]
    pub(crate) comparison: Comparison,
    pub(crate) sentences: Vec<String>,
    /// What each language gains, with --python.
    #[serde(flatten)]
    pub(crate) languages: Option<Languages>,
}

impl Shown {
    /// What was measured of a row, drawn together.
    pub(crate) fn new(measured: &Measured, machine: Load) -> Self {
        let Measured { row, pythons, flags, rounds } = measured;
        let comparison = Comparison::draw(&row.name, row.side, flags, rounds, machine.cores);
        let sentences = verdict::sentences(&comparison, machine.cores);
        let languages = Languages::draw(&comparison, pythons);
        Self { comparison, sentences, languages }
    }

    /// All that is printed about it.
    pub(crate) fn section(&self, look: Look) -> String {
        let mut section = table::section(&self.comparison, &self.sentences, look);
        if let Some(languages) = &self.languages {
            section += &format!("\n{}", show::python::section(languages, look.width));
        }
        section
    }

    /// The page of it.
    pub(crate) fn page<'a>(
        &'a self,
        row: &'a Row,
        timelines: &'a Timelines,
        machine: Load,
        how: &How,
    ) -> Result<html::page::Page<'a>> {
        let json = Json { version: 2, machine, rows: std::slice::from_ref(self) };
        Ok(html::page::Page {
            comparison: &self.comparison,
            sentences: &self.sentences,
            row,
            timelines,
            machine,
            command: how.command(&row.name),
            json: serde_json::to_value(json)?,
        })
    }
}
