//! The versions in Python, and the Pythons that run them: `--python`.

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::{Context, Result};
use workspace::{
    Row, Workspace,
    python::{self, Interpreter, PythonError},
};

/// The Pythons that take part, and what there is to say of them.
#[derive(Debug, Default)]
pub(crate) struct Pythons {
    /// The Pythons; none if there is none.
    pub(crate) interpreters: Vec<Interpreter>,
    /// Which they are, and what takes no part and why, a line for each.
    pub(crate) notes: Vec<String>,
}

/// Finds the Pythons of this machine, and has their versions take part in these rows: each is added
/// to its row, with its interpreter among the programs. Versions that do not take the row's flags are
/// left out.
///
/// # Errors
/// A folder cannot be read, or Python, which could be run a moment ago, cannot be any more.
pub(crate) fn join(
    workspace: &Workspace,
    rows: &mut [Row],
    flags: &[String],
    programs: &mut BTreeMap<String, PathBuf>,
) -> Result<Pythons> {
    let interpreters = match workspace.interpreters() {
        Ok(interpreters) => interpreters,
        Err(error @ (PythonError::Missing | PythonError::Old { .. } | PythonError::Fails(_))) => {
            let notes = vec![format!("{error}, so only Rust is compared.")];
            return Ok(Pythons { interpreters: Vec::new(), notes });
        }
    };
    let mut notes: Vec<String> = interpreters.iter().map(in_words).collect();
    for row in rows {
        let before = row.cells.len();
        for interpreter in &interpreters {
            for cell in workspace.python_cells(&row.name, interpreter)? {
                let refusal = python::refusal(&cell, &interpreter.program, flags)
                    .with_context(|| format!("cannot run {}", interpreter.program.display()))?;
                if let Some(reason) = refusal {
                    let name = cell.approach.label();
                    notes.push(format!("{}: {name} takes no part: {reason}.", row.name));
                } else {
                    programs.insert(cell.package(), interpreter.program.clone());
                    row.cells.push(cell);
                }
            }
        }
        if row.cells.len() == before && !notes.iter().any(|note| note.starts_with(&row.name)) {
            notes.push(format!("{} has no versions in Python.", row.name));
        }
    }
    Ok(Pythons { interpreters, notes })
}

/// Which Python it is, in one line.
fn in_words(interpreter: &Interpreter) -> String {
    let Interpreter { name, version, gil, program, aiohttp } = interpreter;
    let lock = if *gil { "with" } else { "without" };
    let client = aiohttp
        .as_ref()
        .map_or_else(|| "without aiohttp".to_owned(), |version| format!("with aiohttp {version}"));
    let program = program.display();
    format!("{name}: Python {version}, {lock} a global interpreter lock, {client}: {program}")
}
