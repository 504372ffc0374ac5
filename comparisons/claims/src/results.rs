//! What is recorded and committed, so that READMEs and the book quote measured figures:
//! `benches/results.json`. The README of this package describes the format.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use figures::{machine::Machine, statistics::Estimate};
use serde::{Deserialize, Serialize};
use workspace::{Approach, Workspace};

use crate::{
    evidence::Evidence,
    statement::{Claims, Quantity, Ratio, Table},
    verdict::Judged,
};

/// Where the results stand, below the root of the workspace.
pub const PLACE: &str = "benches/results.json";

/// The version of the format.
pub const VERSION: u32 = 1;

/// What was recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// The version of this format.
    pub version: u32,
    /// The machine that all of it was measured on.
    pub machine: Machine,
    /// The day on which it was recorded, as in `2026-01-31`.
    pub date: String,
    /// The command that recorded it.
    pub command: String,
    /// The claims, in the order of `benches/claims.toml`.
    pub claims: Vec<Judged>,
    /// The tables of the rows.
    pub tables: Vec<MeasuredTable>,
}

/// The cells of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasuredTable {
    /// The row.
    pub row: String,
    /// The parameter at which all cells but the baseline are shown, such as `limit=20`.
    pub at: String,
    /// A line for each cell.
    pub lines: Vec<Line>,
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its approach.
    pub approach: Approach,
    /// The time of the benchmark's iteration, in nanoseconds; `None` if it was not measured.
    pub time_ns: Option<Estimate>,
    /// How many times as fast as sequential it is; `None` for sequential itself.
    pub speed_up: Option<Estimate>,
}

/// Why there are no results to quote.
#[derive(Debug, thiserror::Error)]
pub enum RecordedError {
    /// The file cannot be read. Before the first `--record` there is none.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not the JSON that it should be.
    #[error("{}: this is no record of claims", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// It is of another version.
    #[error("{}: this is version {found}, not {VERSION}", path.display())]
    Version {
        /// Which file.
        path: PathBuf,
        /// The version that it is of.
        found: u32,
    },
}

/// Reads what was recorded.
///
/// # Errors
/// The file cannot be read, or is not one of ours.
pub fn recorded(path: &Path) -> Result<Recorded, RecordedError> {
    let path = || path.to_path_buf();
    let text = fs::read_to_string(path())
        .map_err(|source| RecordedError::Unreadable { path: path(), source })?;
    let recorded: Recorded = serde_json::from_str(&text)
        .map_err(|source| RecordedError::Malformed { path: path(), source })?;
    if recorded.version != VERSION {
        return Err(RecordedError::Version { path: path(), found: recorded.version });
    }
    Ok(recorded)
}

impl Recorded {
    /// The claim of that name.
    #[must_use]
    pub fn claim(&self, id: &str) -> Option<&Judged> {
        self.claims.iter().find(|claim| claim.id == id)
    }

    /// The table of a row.
    #[must_use]
    pub fn table(&self, row: &str) -> Option<&MeasuredTable> {
        self.tables.iter().find(|table| table.row == row)
    }

    /// What was recorded of claims that are no longer made, or no longer in these words; one
    /// sentence each.
    #[must_use]
    pub fn stale(&self, claims: &Claims) -> Vec<String> {
        self.claims
            .iter()
            .filter_map(|judged| match claims.get(&judged.id) {
                None => Some(format!("{} is recorded, but no longer claimed", judged.id)),
                Some(claim) if claim.says != judged.says => {
                    Some(format!("{} is recorded in other words than it is claimed", judged.id))
                }
                Some(_) => None,
            })
            .collect()
    }
}

/// The table of a row, with a line for each cell that the workspace has.
#[must_use]
pub fn measured_table(table: &Table, workspace: &Workspace, evidence: &Evidence) -> MeasuredTable {
    let lines = approaches(table, workspace)
        .into_iter()
        .map(|(approach, name)| {
            let ratio = Ratio {
                of: Quantity::Measured(table.baseline.clone()),
                to: name.clone(),
                per_unit: false,
            };
            let speed_up = || evidence.ratio(&ratio).ok().map(|found| found.estimate);
            Line {
                speed_up: if approach.is_baseline() { None } else { speed_up() },
                time_ns: evidence.time(&name).ok().map(|found| found.estimate),
                approach,
            }
        })
        .collect();
    MeasuredTable { row: table.row.clone(), at: table.at.clone(), lines }
}

/// The approaches of a row that the workspace has, with the names of the benchmarks that a table
/// shows of them; none if there is no such row.
#[must_use]
pub fn approaches(table: &Table, workspace: &Workspace) -> Vec<(Approach, String)> {
    let row = workspace.rows().iter().find(|row| row.name == table.row);
    let cells = row.map(|row| row.cells.iter()).into_iter().flatten();
    // Cells beyond the grid have no benchmark.
    cells
        .filter(|cell| cell.approach.column().is_some())
        .map(|cell| {
            let name = if cell.approach.is_baseline() {
                table.baseline.clone()
            } else {
                format!("{}/{}/{}", table.row, cell.approach.name(), table.at)
            };
            (cell.approach.clone(), name)
        })
        .collect()
}
