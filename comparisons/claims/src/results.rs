//! What READMEs and the book quote: the verdicts and the tables, drawn from the raw data of recorded
//! runs. A row's table, and every ratio, is drawn from one run: the newest in which the row is whole.
//! Nothing of it is stored: whoever shows a figure computes it anew.

use std::path::{Path, PathBuf};

use figures::{
    machine::Machine,
    statistics::{CONFIDENCE, Estimate},
};
use serde::Serialize;
use workspace::{Side, Workspace};

use crate::{
    evidence::Evidence,
    raw::{self, RawError, Run},
    statement::{self, Claims, Quantity, Ratio, StatementError, Table},
    verdict::{self, Judged},
};

/// Where the recorded runs are, below the root of the workspace.
pub const PLACE: &str = "benches/runs";

/// What the recorded runs have shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recorded {
    /// The machine.
    pub machine: Machine,
    /// The claims, in the order of `benches/claims.toml`.
    pub claims: Vec<Judged>,
    /// The tables of the rows.
    pub tables: Vec<MeasuredTable>,
}

/// The versions of a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MeasuredTable {
    /// The row.
    pub row: String,
    /// The parameter at which all cells but the baseline are shown, such as `limit=20`.
    pub at: String,
    /// The arguments that describe the job; `None` if nothing was measured.
    pub job: Option<String>,
    /// The name of the run's file; `None` if there is no run of the row.
    pub run: Option<String>,
    /// How many blocks of it count.
    pub blocks: usize,
    /// How many were planned.
    pub planned: usize,
    /// A benchmark against itself; `None` if that was not measured.
    pub control: Option<Estimate>,
    /// What the cores could do together, against one of them.
    pub capacity: Option<Estimate>,
    /// The highest speed-up that the job allows: P for a row that computes. For one that waits, K, or
    /// P·T₁/(N·C) if the computing alone takes longer, where T₁ is sequential's time and N·C what it
    /// computes of that. `None` if that was not measured.
    pub limit: Option<f64>,
    /// A line for each version.
    pub lines: Vec<Line>,
}

/// One version.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// What it is called.
    pub label: String,
    /// The approach, if it is a cell.
    pub approach: Option<String>,
    /// Whether the speed-ups are counted from it.
    pub is_baseline: bool,
    /// The time of a call, in nanoseconds; `None` if it was not measured.
    pub time_ns: Option<Estimate>,
    /// How many times as fast as the baseline it is; `None` for the baseline itself.
    pub speed_up: Option<Estimate>,
    /// The most units in flight at once in any call.
    pub in_flight: Option<u64>,
}

/// Why there are no results to quote.
#[derive(Debug, thiserror::Error)]
pub enum RecordedError {
    /// The raw data cannot be used.
    #[error(transparent)]
    Raw(#[from] RawError),
    /// The claims cannot be used.
    #[error(transparent)]
    Claims(#[from] StatementError),
}

/// Draws the results of the recorded runs on the machine of the newest; `None` if none was recorded.
///
/// # Errors
/// A run or the claims cannot be read.
pub fn recorded(workspace: &Workspace) -> Result<Option<Recorded>, RecordedError> {
    let runs = raw::all(&folder(workspace.root()))?;
    let Some(machine) = runs.first().map(|run| run.header.machine.clone()) else {
        return Ok(None);
    };
    let claims = Claims::read(&workspace.root().join(statement::PLACE))?;
    Ok(Some(draw(runs, machine, &claims, workspace)))
}

/// The folder with the recorded runs.
#[must_use]
pub fn folder(root: &Path) -> PathBuf {
    root.join(PLACE)
}

fn draw(mut runs: Vec<Run>, machine: Machine, claims: &Claims, workspace: &Workspace) -> Recorded {
    runs.retain(|run| run.header.machine == machine);
    let evidence = Evidence::of_runs(runs, machine.cores);
    let judge = |claim| verdict::judge(claim, claims, &evidence, machine.cores);
    Recorded {
        claims: claims.claims.iter().map(judge).collect(),
        tables: claims
            .tables
            .iter()
            .map(|table| measured(table, workspace, &evidence, machine.cores))
            .collect(),
        machine,
    }
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
}

/// A version that a table shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What it is called.
    pub label: String,
    /// The approach, if it is a cell.
    pub approach: Option<String>,
    /// The benchmark.
    pub benchmark: String,
    /// The benchmark that its speed-up is counted from.
    pub baseline: String,
}

/// The versions that a table shows: the cells of the grid that the workspace has, and what else the
/// table names. Cells beyond the grid have no benchmark, unless the table names one.
#[must_use]
pub fn shown(table: &Table, workspace: &Workspace) -> Vec<Shown> {
    let row = workspace.rows().iter().find(|row| row.name == table.row);
    let cells = row.map(|row| row.cells.iter()).into_iter().flatten();
    let cells = cells.filter(|cell| cell.approach.column().is_some()).map(|cell| Shown {
        label: cell.approach.label().to_owned(),
        approach: Some(cell.approach.name().to_owned()),
        benchmark: if cell.approach.is_baseline() {
            table.baseline.clone()
        } else {
            format!("{}/{}/{}", table.row, cell.approach.name(), table.at)
        },
        baseline: table.baseline.clone(),
    });
    let also = table.also.iter().map(|also| Shown {
        label: also.label.clone(),
        approach: None,
        benchmark: also.benchmark.clone(),
        baseline: also.baseline.clone().unwrap_or_else(|| table.baseline.clone()),
    });
    cells.chain(also).collect()
}

/// The table of a row.
fn measured(
    table: &Table,
    workspace: &Workspace,
    evidence: &Evidence,
    cores: usize,
) -> MeasuredTable {
    let line = |Shown { label, approach, benchmark, baseline }| {
        let is_baseline = benchmark == baseline;
        let ratio = Ratio {
            of: Quantity::Measured(baseline),
            to: Quantity::Measured(benchmark.clone()),
            per_unit: false,
        };
        let estimate = |found: Result<crate::evidence::Found, String>| {
            found.ok().map(|found| found.estimate(CONFIDENCE))
        };
        let calls = evidence.calls(&benchmark);
        Line {
            label,
            approach,
            is_baseline,
            time_ns: estimate(evidence.time(&benchmark)),
            speed_up: if is_baseline { None } else { estimate(evidence.ratio(&ratio)) },
            in_flight: calls.iter().flat_map(|calls| &calls.in_flight).max().copied(),
        }
    };
    let control = verdict::control(&table.control, evidence).ok();
    let run = evidence.run(&table.row);
    MeasuredTable {
        run: run.map(|run| run.id.clone()),
        planned: run.map_or(0, |run| run.header.protocol.blocks),
        row: table.row.clone(),
        at: table.at.clone(),
        job: evidence.calls(&table.baseline).first().map(|calls| calls.job.clone()),
        blocks: evidence.blocks(&table.row),
        control: control.map(|found| found.estimate(CONFIDENCE)),
        capacity: evidence.capacity(&table.row),
        limit: limit(table, workspace, evidence, cores),
        lines: shown(table, workspace).into_iter().map(line).collect(),
    }
}

/// The highest speed-up that the row's job allows (see [`MeasuredTable::limit`]).
fn limit(table: &Table, workspace: &Workspace, evidence: &Evidence, cores: usize) -> Option<f64> {
    let cores = cores as f64;
    let row = workspace.rows().iter().find(|row| row.name == table.row)?;
    if row.side == Side::Cpu {
        return Some(cores);
    }
    let in_flight: f64 = table.at.strip_prefix("limit=")?.parse().ok()?;
    let whole = Quantity::Measured(table.baseline.clone());
    let computing = Quantity::Measured(format!("{}#computing", table.baseline));
    let ratio = Ratio { of: whole, to: computing, per_unit: false };
    let over_computing = evidence.ratio(&ratio).ok()?.estimate(CONFIDENCE).value;
    Some(in_flight.min(cores * over_computing))
}
