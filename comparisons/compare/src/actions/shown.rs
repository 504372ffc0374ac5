//! A row with its figures and sentences, in the forms in which they are shown.

use anyhow::Result;
use figures::machine::Load;
use serde::Serialize;
use viewer::data::Timelines;
use workspace::Row;

use crate::{
    arguments::Form,
    judge::{comparison::Comparison, python::Languages, verdict},
    saved::Measured,
    show::{
        self, html,
        table::{self, Look},
    },
};

/// What `--json` prints.
#[derive(Serialize)]
struct Json<'a> {
    version: u32,
    machine: Load,
    rows: &'a [Shown],
}

/// A row, and what its figures show in words.
#[derive(Serialize)]
pub(crate) struct Shown {
    #[serde(flatten)]
    pub(crate) comparison: Comparison,
    sentences: Vec<String>,
    /// What each language gains, with --python.
    #[serde(flatten)]
    languages: Option<Languages>,
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

    /// Rows in a form for other programs. People see each row as soon as it is measured, so there is
    /// nothing left for them.
    pub(crate) fn export(rows: &[Self], form: Form, machine: Load) -> Result<String> {
        Ok(match form {
            Form::Text => String::new(),
            Form::Json => serde_json::to_string(&Json { version: 2, machine, rows })? + "\n",
            Form::Markdown => {
                let section = |row: &Self| {
                    let table = table::markdown(&row.comparison, &row.sentences);
                    let languages = row.languages.as_ref().map(show::python::markdown);
                    table + &languages.map_or_else(String::new, |table| format!("\n{table}"))
                };
                rows.iter().map(section).collect::<Vec<_>>().join("\n")
            }
            Form::Csv => table::csv(rows.iter().map(|row| &row.comparison)),
        })
    }

    /// The page of it.
    pub(crate) fn page<'a>(
        &'a self,
        row: &'a Row,
        timelines: Option<&'a Timelines>,
        machine: Load,
        command: String,
    ) -> Result<html::page::Page<'a>> {
        let json = Json { version: 2, machine, rows: std::slice::from_ref(self) };
        Ok(html::page::Page {
            comparison: &self.comparison,
            sentences: &self.sentences,
            row,
            timelines,
            machine,
            command,
            json: serde_json::to_value(json)?,
        })
    }
}
