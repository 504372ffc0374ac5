//! Has the versions of rows built and run, as the user wants it.

use std::{collections::BTreeMap, num::NonZeroUsize, path::PathBuf};

use anyhow::{Context, Result};
use console::Term;
use workspace::{
    BASELINE, Cell, Profile, Row, Workspace, prepared::PreparedInput, python::Interpreter,
    running::Interruptible,
};

use crate::{
    arguments::How,
    run::{
        progress::Progress,
        rounds,
        traces::{self, Traced},
    },
    saved::Measured,
    show::progress::progress,
};

/// Where the programs of the versions are, and what they work on, for each row.
pub(crate) type Built = (BTreeMap<String, PathBuf>, Vec<PreparedInput>);

/// Has cargo build all versions, and sequential prepare the input of each row. All inputs are
/// prepared first: flags that one of the rows does not take are found out before minutes have gone
/// into another.
pub(crate) fn build(workspace: &Workspace, rows: &[Row], how: &How) -> Result<Built> {
    let cells: Vec<&Cell> = rows.iter().flat_map(|row| &row.cells).collect();
    let programs = workspace.build(&cells, Profile::Release)?;
    let inputs = rows.iter().map(|row| input(row, &programs, how)).collect::<Result<_>>()?;
    Ok((programs, inputs))
}

/// Has the row's baseline prepare what all of its versions work on.
fn input(row: &Row, programs: &BTreeMap<String, PathBuf>, how: &How) -> Result<PreparedInput> {
    let cell = row
        .cells
        .iter()
        .find(|cell| cell.approach.is_baseline())
        .with_context(|| format!("the row {} has no version {}", row.name, BASELINE.name))?;
    Ok(PreparedInput::start(&programs[&cell.package()], &how.flags, how.deadline)?)
}

/// Runs all rounds of one row, and saves after each of them what there is. `None` if Ctrl-C came
/// before the end of the first.
pub(crate) fn measure(
    row: &Row,
    pythons: &[Interpreter],
    programs: &BTreeMap<String, PathBuf>,
    input: &PreparedInput,
    how: &How,
    save: impl Fn(&Measured),
) -> Option<Measured> {
    let all: Vec<String> = how.flags.iter().chain(input.arguments()).cloned().collect();
    let wanted = how.runs.map(NonZeroUsize::get);
    let term = Term::stderr();
    let measured = |rounds| Measured {
        row: row.clone(),
        pythons: pythons.to_vec(),
        flags: how.flags.clone(),
        rounds,
    };
    let _interruptible = Interruptible::begin();
    let run = |cell: &Cell, done: Progress| {
        progress(&term, &format!("{done}: {}", cell.package()));
        workspace::run::run(cell, &programs[&cell.package()], &all, how.deadline)
    };
    let rounds = rounds::measure(&row.cells, wanted, Some(input.process()), run, |rounds| {
        save(&measured(rounds.clone()));
    });
    progress(&term, "");
    (rounds.number > 0).then(|| measured(rounds))
}

/// Records one more run of each version that is drawn, or of all.
pub(crate) fn record(
    row: &Row,
    programs: &BTreeMap<String, PathBuf>,
    input: &PreparedInput,
    how: &How,
    all_versions: bool,
) -> Result<Vec<Traced>> {
    let is_recorded = |cell: &&Cell| all_versions || how.draws(&cell.approach);
    let cells: Vec<Cell> = row.cells.iter().filter(is_recorded).cloned().collect();
    let all: Vec<String> = how.flags.iter().chain(input.arguments()).cloned().collect();
    let term = Term::stderr();
    let _interruptible = Interruptible::begin();
    let traces = traces::record(&cells, |cell, arguments| {
        progress(&term, &format!("recording {}", cell.package()));
        let all = [&all[..], arguments].concat();
        workspace::run::run(cell, &programs[&cell.package()], &all, how.deadline)
    });
    progress(&term, "");
    traces
}
