//! Compares the versions of a row, side by side: `cargo run --release -p compare -- http`.
//!
//! The way through it: [`selection`] says which rows and versions take part, [`rounds`] has each of
//! them run again and again, [`history`] keeps what became of them, [`answers`] tells who is right,
//! [`limits`] what could be reached at best, [`comparison`] draws the figures together, [`verdict`]
//! puts them into words, and [`table`] prints them.

mod answers;
mod comparison;
mod history;
mod limits;
mod rounds;
#[cfg(test)]
mod samples;
mod selection;
mod table;
mod values;
mod verdict;

use std::{
    collections::BTreeMap,
    io::{self, Write},
    num::NonZeroUsize,
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, Result};
use clap::Parser;
use comparison::Comparison;
use console::Term;
use figures::machine::Load;
use harness::is_broken_pipe;
use selection::{HEADLINE, Unknown};
use serde::Serialize;
use table::Look;
use workspace::{
    BASELINE, Cell, Profile, Row, Side, Workspace,
    prepared::{PreparedError, PreparedInput},
    run,
};

/// Builds the versions of a row, runs them side by side, and says what the figures show
#[derive(Parser, Debug)]
#[command(version, after_help = "Without ROW it compares http and primes.")]
struct Arguments {
    /// The rows to compare, by the names of their folders, or `all`
    #[arg(value_name = "ROW")]
    rows: Vec<String>,
    /// Compare sequential with these versions alone
    #[arg(long, value_name = "VERSION,…", value_delimiter = ',')]
    only: Vec<String>,
    /// How many rounds there are; each runs every version once [default: 5 to 10, as many as fit
    /// into 30 s]
    #[arg(long, value_name = "N")]
    runs: Option<NonZeroUsize>,
    /// How long a run may take before it is given up
    #[arg(long, value_name = "TIME", default_value = "60s",
          value_parser = harness::duration::parse)]
    deadline: Duration,
    /// Show all columns of the tables, also where the terminal is narrow
    #[arg(long)]
    wide: bool,
    /// Print one line of JSON instead of the tables
    #[arg(long)]
    json: bool,
    /// The flags of the row, handed on to each of its versions
    #[arg(value_name = "FLAGS", last = true)]
    flags: Vec<String>,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Json {
    version: u32,
    machine: Load,
    rows: Vec<Shown>,
}

/// A row, and what its figures show in words.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    comparison: Comparison,
    sentences: Vec<String>,
}

fn main() -> ExitCode {
    match compare(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Whoever reads the tables has seen enough, as with `| head`.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            if is_usage(&error) { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

/// Whether the error lies in what the user has typed.
fn is_usage(error: &anyhow::Error) -> bool {
    error.is::<Unknown>()
        || matches!(error.downcast_ref::<PreparedError>(), Some(PreparedError::Refused { .. }))
}

/// Compares what the arguments ask for; says whether all versions were right.
fn compare(arguments: &Arguments) -> Result<bool> {
    let workspace = Workspace::find()?;
    let rows = selection::select(&workspace, &arguments.rows, &arguments.only)?;
    let cells: Vec<&Cell> = rows.iter().flat_map(|row| &row.cells).collect();
    let programs = workspace.build(&cells, Profile::Release)?;
    // All inputs are prepared first: flags that one of the rows does not take are found out before
    // minutes have gone into another.
    let inputs: Vec<PreparedInput> =
        rows.iter().map(|row| input(row, &programs, arguments)).collect::<Result<_>>()?;

    let machine = Load::look();
    let mut out = io::stdout().lock();
    let term = Term::stdout();
    // What is no terminal is as wide as need be.
    let columns = if term.is_term() { usize::from(term.size().1) } else { usize::MAX };
    let look = Look {
        // This is no if stdout is no terminal, or NO_COLOR is set.
        colour: term.features().colors_supported(),
        width: if arguments.wide { usize::MAX } else { columns },
    };
    if !arguments.json {
        writeln!(out, "This machine: {machine}")?;
        if let Some(warning) = machine.warning() {
            writeln!(out, "warning: {warning}")?;
        }
    }
    let mut compared = Vec::new();
    for (row, input) in rows.iter().zip(&inputs) {
        let shown = measure(row, &programs, input, arguments, machine);
        if !arguments.json {
            let section = table::section(&shown.comparison, &shown.sentences, look);
            write!(out, "\n{section}")?;
            out.flush()?;
        }
        compared.push(shown);
    }

    let all_right = compared.iter().all(|row| row.comparison.all_right());
    if arguments.json {
        let json = Json { version: 2, machine, rows: compared };
        writeln!(out, "{}", serde_json::to_string(&json)?)?;
    } else {
        write!(out, "\n{}", hints(&rows, columns))?;
    }
    Ok(all_right)
}

/// Has the row's baseline prepare what all of its versions work on.
fn input(
    row: &Row,
    programs: &BTreeMap<String, PathBuf>,
    arguments: &Arguments,
) -> Result<PreparedInput> {
    let cell = row
        .cells
        .iter()
        .find(|cell| cell.approach.is_baseline())
        .with_context(|| format!("the row {} has no version {}", row.name, BASELINE.name))?;
    Ok(PreparedInput::start(&programs[&cell.package()], &arguments.flags, arguments.deadline)?)
}

/// Runs all rounds of one row.
fn measure(
    row: &Row,
    programs: &BTreeMap<String, PathBuf>,
    input: &PreparedInput,
    arguments: &Arguments,
    machine: Load,
) -> Shown {
    let all: Vec<String> = arguments.flags.iter().chain(input.arguments()).cloned().collect();
    let wanted = arguments.runs.map(NonZeroUsize::get);
    let term = Term::stderr();
    let show = |text: &str| {
        if term.is_term() {
            // A progress that cannot be shown is no reason to stop.
            let _ = term.clear_line().and_then(|()| term.write_str(text));
        }
    };
    let measured = rounds::measure(&row.cells, wanted, |cell, round| {
        show(&format!("round {round}: {}", cell.package()));
        run::run(cell, &programs[&cell.package()], &all, arguments.deadline)
    });
    show("");
    let comparison =
        Comparison::draw(&row.name, row.side, &arguments.flags, &measured, machine.cores);
    let sentences = verdict::sentences(&comparison, machine.cores);
    Shown { comparison, sentences }
}

/// What to try next, with the commands that do it.
fn hints(rows: &[Row], columns: usize) -> String {
    let mut hints = Vec::new();
    for row in rows {
        let (question, flag) = match row.side {
            Side::Io => ("with fewer in flight", "--limit 10"),
            Side::Cpu => ("with one worker", "--workers 1"),
        };
        hints.push((
            format!("{} {question}", row.name),
            format!("cargo run --release -p compare -- {} -- {flag}", row.name),
        ));
        if let Some(cell) = row.cells.iter().find(|cell| !cell.approach.is_baseline()) {
            hints.push((
                "who did what when".into(),
                format!("cargo run --release -p {} -- --timeline", cell.package()),
            ));
        }
    }
    if !HEADLINE.iter().all(|name| rows.iter().any(|row| row.name == *name)) {
        hints.push((HEADLINE.join(" and "), "cargo run --release".into()));
    }
    let width = hints.iter().map(|(question, _)| question.len()).max().unwrap_or(0);
    let fits = hints.iter().all(|(_, command)| 2 + width + 2 + command.len() <= columns);
    let lines = hints.iter().map(|(question, command)| {
        if fits {
            format!("  {question:<width$}  {command}\n")
        } else {
            format!("  {question}\n    {command}\n")
        }
    });
    std::iter::once("Try next:\n".to_owned()).chain(lines).collect()
}
