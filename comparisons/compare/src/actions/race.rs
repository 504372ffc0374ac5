//! Runs the versions of a row, and replays the race: `compare race http`.

use std::io::{self, Write};

use anyhow::{Context, Result};
use console::Term;
use figures::machine::Load;
use workspace::{Row, Workspace, running::is_interrupted};

use super::{
    measuring::{build, measure},
    shown::Shown,
};
use crate::{
    arguments::How,
    error::{Misnamed, TooSoon},
    find::selection,
    saved::{Measured, Saved, Store, What},
    show::{
        frame::heading,
        race::{self, Prediction},
        table,
    },
};

/// Runs the versions of one row, and replays what was measured.
pub(crate) fn run(
    workspace: &Workspace,
    row: &str,
    slow: f64,
    predict: bool,
    how: &How,
) -> Result<bool> {
    let rows = selection::select(workspace, &[row.to_owned()], &how.only)?;
    let [row] = &rows[..] else {
        return Err(Misnamed("a race is of one row, so name it".into()).into());
    };
    let (programs, inputs) = build(workspace, &rows, how)?;
    let term = Term::stdout();
    let prediction = if predict { ask(row)? } else { None };
    let (machine, store) = (Load::look(), Store::of(Some(workspace)));
    write!(io::stdout(), "{}", heading(machine))?;
    let save = |measured: &Measured| {
        store.save(&Saved::new(machine, What::Rows(vec![measured.clone()])));
    };
    let measured = measure(row, &[], &programs, &inputs[0], how, save).ok_or(TooSoon)?;
    let shown = Shown::new(&measured, machine);
    let racers = race::racers(&shown.comparison);
    if term.is_term() && !is_interrupted() {
        race::replay(&term, &racers, slow)?;
    }
    let mut out = io::stdout();
    write!(out, "\n{}", race::finish(&racers, prediction.as_ref()))?;
    let notes = table::notes(&shown.comparison);
    if !notes.is_empty() {
        writeln!(out)?;
    }
    for note in notes {
        writeln!(out, "- {note}")?;
    }
    Ok(shown.comparison.all_right())
}

/// Asks for a prediction; `None` if there is none.
fn ask(row: &Row) -> Result<Option<Prediction>> {
    let names: Vec<&str> = row.cells.iter().map(|cell| cell.approach.name()).collect();
    let mut out = io::stdout();
    writeln!(out, "In the race: {}.", names.join(", "))?;
    write!(
        out,
        "Who will win, and how many times as fast as sequential? (for example: tokio 20) "
    )?;
    out.flush()?;
    let mut line = String::new();
    io::stdin().read_line(&mut line).context("cannot read your prediction")?;
    let prediction = Prediction::read(&line);
    if prediction.is_none() {
        writeln!(out, "That isn't a version and a number, so you made no prediction.")?;
    }
    Ok(prediction)
}
