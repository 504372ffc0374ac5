//! Compares the versions of a row, side by side: `cargo run --release -p compare -- http`.
//!
//! The way through it: [`find`] says which rows and versions take part, cargo builds them, [`run`]
//! has each of them run again and again, [`judge`] draws the figures together and puts them into
//! words, and [`show`] prints them. Meanwhile [`saved`] keeps what there is.

mod find;
mod judge;
mod run;
#[cfg(test)]
mod samples;
mod saved;
mod show;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufWriter, Write},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use console::Term;
use figures::machine::Load;
use find::{
    programs::{self, Named},
    python::{self, Pythons},
    selection::{self, HEADLINE, Unknown},
    sweep::Sweep,
};
use harness::{is_broken_pipe, message};
use judge::{
    comparison::Comparison,
    programs::Programs,
    python::Languages,
    sweep::{Step, Swept},
    verdict,
};
use run::{
    prices::{self, Prices},
    programs::Tries,
    progress::Progress,
    rounds,
    traces::{self, Traced},
};
use saved::{Measured, Saved, Store, What};
use serde::Serialize;
use show::{
    diff, html, list,
    race::{self, Prediction},
    recording,
    table::{self, Look},
};
use viewer::data::Timelines;
use workspace::{
    Approach, BASELINE, Cell, Profile, Row, Side, Workspace,
    prepared::{PreparedError, PreparedInput},
    python::Interpreter,
    run::Fault,
    running::{Interruptible, is_interrupted},
};

/// Builds the versions of a row, runs them side by side, and explains the figures
#[derive(Parser, Debug)]
#[command(
    version,
    after_help = "Without ROW it compares http and primes.",
    args_conflicts_with_subcommands = true
)]
#[expect(clippy::struct_excessive_bools, reason = "they are the flags of a command line")]
struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    /// The rows (jobs) to compare: names of folders, such as http, or `all`
    #[arg(value_name = "ROW")]
    rows: Vec<String>,
    /// Show all columns of the tables, even in a narrow terminal
    #[arg(long)]
    wide: bool,
    /// Print one line of JSON instead of the tables
    #[arg(long)]
    json: bool,
    /// Show the last run once more, without measuring anything
    #[arg(long, conflicts_with_all = ["rows", "only", "runs", "flags", "timeline", "trace", "sweep",
          "programs", "svg", "html", "timeline_data", "python"])]
    again: bool,
    /// Draw the timeline of each version, all on the same clock; sequential only if --only names it
    #[arg(long, conflicts_with_all = ["programs", "sweep", "json"])]
    timeline: bool,
    /// Write a trace of all versions to this file, for the Perfetto viewer
    #[arg(long, value_name = "FILE", conflicts_with_all = ["programs", "sweep"])]
    trace: Option<PathBuf>,
    /// Draw the race of one row as a picture that replays it, for a web page or a README
    #[arg(long, value_name = "FILE", conflicts_with_all = ["programs", "sweep"])]
    svg: Option<PathBuf>,
    /// Write a page into this folder that shows all of it: the race, the table, the timelines and the
    /// sources. Several rows get a file each, and a list of them
    #[arg(long, value_name = "DIR", conflicts_with_all = ["programs", "sweep"])]
    html: Option<PathBuf>,
    /// Write the timelines of one row into a file, in the form that the book shows
    #[arg(long, value_name = "FILE", conflicts_with_all = ["programs", "sweep"])]
    timeline_data: Option<PathBuf>,
    /// Compare with the same jobs in Python, where a row has them: each language is also measured
    /// against its own sequential version. --only chooses Rust versions alone
    #[arg(long, conflicts_with_all = ["programs", "sweep", "timeline", "trace", "svg", "html", "timeline_data"])]
    python: bool,
    /// Compare one row with several values of a flag, one after the other: limit=1,2,4
    #[arg(long, value_name = "FLAG=VALUE,…", value_parser = Sweep::read,
          conflicts_with_all = ["programs", "wide"])]
    sweep: Option<Sweep>,
    /// Compare your own programs instead of rows; give this at least twice
    #[arg(long = "command", value_name = "NAME=COMMAND", value_parser = Named::read,
          conflicts_with_all = ["rows", "only", "flags", "wide"], help_heading = "Your own programs")]
    programs: Vec<Named>,
    /// First run each program this many times without measuring
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        requires = "programs",
        help_heading = "Your own programs"
    )]
    warmup: usize,
    /// Run this command before each run without measuring it
    #[arg(long, value_name = "COMMAND", requires = "programs", help_heading = "Your own programs")]
    prepare: Option<String>,
    /// Print a Markdown table
    #[arg(long, requires = "programs", conflicts_with_all = ["json", "csv"],
          help_heading = "Your own programs")]
    markdown: bool,
    /// Print each run's time as comma-separated values
    #[arg(
        long,
        requires = "programs",
        conflicts_with = "json",
        help_heading = "Your own programs"
    )]
    csv: bool,
    #[command(flatten)]
    how: How,
}

/// What else there is to see.
#[derive(Subcommand, Debug)]
enum Action {
    /// List the rows, each with its question and its versions
    List,
    /// Show the code of two versions side by side
    Diff {
        /// The row
        row: String,
        /// The version on the left, such as sequential
        left: String,
        /// The version on the right, such as tokio
        right: String,
        /// Show them one below the other, as `diff -u` does
        #[arg(long)]
        unified: bool,
        /// Compare Cargo.toml and main.rs, too
        #[arg(long)]
        whole: bool,
    },
    /// Say how large a piece of work must be to repay handing it to a task, a thread or a process
    Worthwhile {
        /// Read the prices from this file, which `cost-of-a-task --json` has printed, instead of
        /// measuring them
        #[arg(long, value_name = "FILE")]
        prices: Option<PathBuf>,
        /// How many rounds there are; each measures every piece once
        #[arg(long, value_name = "N", default_value = "9")]
        runs: NonZeroUsize,
        /// Print one line of JSON instead of the table
        #[arg(long)]
        json: bool,
    },
    /// Run the versions of a row, then replay the race at its real speed
    Race {
        /// The row
        row: String,
        /// Slow the replay down by this factor
        #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = slowness)]
        slow: f64,
        /// Ask for your prediction first: who wins, and by how much
        #[arg(long)]
        predict: bool,
        #[command(flatten)]
        how: How,
    },
}

/// Which versions run, and how.
#[derive(Args, Clone, Debug)]
struct How {
    /// Compare sequential with these versions only
    #[arg(long, value_name = "VERSION,…", value_delimiter = ',')]
    only: Vec<String>,
    /// The number of rounds; each runs every version once [default: 5 to 10, whatever fits into 30 s]
    #[arg(long, value_name = "N")]
    runs: Option<NonZeroUsize>,
    /// Give up on a run after this time
    #[arg(long, value_name = "TIME", default_value = "60s",
          value_parser = harness::duration::parse)]
    deadline: Duration,
    /// The row's own flags, passed on to each version
    #[arg(value_name = "FLAGS", last = true)]
    flags: Vec<String>,
}

impl Arguments {
    /// Whether a run of each version is to be recorded.
    fn records(&self) -> bool {
        let files = [&self.trace, &self.svg, &self.html, &self.timeline_data];
        self.timeline || files.iter().any(|file| file.is_some())
    }
}

impl How {
    /// Whether a version is drawn beside others. Sequential's picture is the same in all rows: one
    /// unit after the other, for so long that the others would not be seen.
    fn draws(&self, approach: &Approach) -> bool {
        !approach.is_baseline() || self.only.iter().any(|name| name == BASELINE.name)
    }

    /// The command that does this with a row.
    fn command(&self, row: &str) -> String {
        let mut command = format!("cargo run --release -p compare -- {row}");
        if !self.only.is_empty() {
            command += &format!(" --only {}", self.only.join(","));
        }
        if let Some(runs) = self.runs {
            command += &format!(" --runs {runs}");
        }
        // No flag has a zero byte in it: it has come from a command line.
        match shlex::try_join(self.flags.iter().map(String::as_str)) {
            Ok(flags) if !flags.is_empty() => command + " -- " + &flags,
            _ => command,
        }
    }
}

/// What `--json` prints.
#[derive(Serialize)]
struct Json<'a> {
    version: u32,
    machine: Load,
    rows: &'a [Shown],
}

/// A row, and what its figures show in words.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    comparison: Comparison,
    sentences: Vec<String>,
    /// What each language gains, with --python.
    #[serde(flatten)]
    languages: Option<Languages>,
}

impl Shown {
    /// What was measured of a row, drawn together.
    fn new(measured: &Measured, machine: Load) -> Self {
        let Measured { row, pythons, flags, rounds } = measured;
        let comparison = Comparison::draw(&row.name, row.side, flags, rounds, machine.cores);
        let sentences = verdict::sentences(&comparison, machine.cores);
        let languages = Languages::draw(&comparison, pythons);
        Self { comparison, sentences, languages }
    }

    /// All that is printed about it.
    fn section(&self, look: Look) -> String {
        let mut section = table::section(&self.comparison, &self.sentences, look);
        if let Some(languages) = &self.languages {
            section += &format!("\n{}", show::python::section(languages, look.width));
        }
        section
    }

    /// The page of it.
    fn page<'a>(
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

/// Ctrl-C came so soon that there is nothing to show.
#[derive(Debug, thiserror::Error)]
#[error("interrupted before a round was complete")]
struct TooSoon;

/// The exit status of a program that Ctrl-C has ended, as shells have it.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    workspace::watch::serve();
    match start(&Arguments::parse()) {
        Ok(_) if is_interrupted() => {
            message::line("interrupted: this shows what was complete");
            ExitCode::from(INTERRUPTED)
        }
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Whoever reads the tables has seen enough, as with `| head`.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) if error.is::<TooSoon>() => {
            message::line(error);
            ExitCode::from(INTERRUPTED)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            if is_usage(&error) { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

/// Whether the error lies in what the user has typed.
fn is_usage(error: &anyhow::Error) -> bool {
    error.is::<Unknown>()
        || error.is::<Misnamed>()
        || matches!(error.downcast_ref::<PreparedError>(), Some(PreparedError::Refused { .. }))
}

/// Does what the arguments ask for; says whether all versions were right.
fn start(arguments: &Arguments) -> Result<bool> {
    // Whatever runs for this program ends with it, however it ends.
    harness::interrupt::stop_on_ctrl_c()?;
    let term = Term::stdout();
    let look = Look {
        // This is no if stdout is no terminal, or NO_COLOR is set.
        colour: term.features().colors_supported(),
        // What is no terminal is as wide as need be.
        width: if term.is_term() { usize::from(term.size().1) } else { usize::MAX },
    };
    if !arguments.programs.is_empty() {
        return compare_programs(arguments, look);
    }
    let workspace = Workspace::find()?;
    match &arguments.action {
        None if arguments.again => show_again(&workspace, arguments, look),
        None if let Some(sweep) = &arguments.sweep => {
            compare_along(&workspace, arguments, sweep, look)
        }
        None => compare(&workspace, arguments, look),
        Some(Action::List) => {
            write!(io::stdout(), "{}", list::list(&workspace, look.width))?;
            Ok(true)
        }
        Some(Action::Diff { row, left, right, unified, whole }) => {
            let versions = [left, right].map(|name| selection::version(&workspace, row, name));
            let [left, right] = versions;
            let form = diff::Form { unified: *unified, whole: *whole };
            write!(io::stdout(), "{}", diff::diff(left?, right?, form, look)?)?;
            Ok(true)
        }
        Some(Action::Worthwhile { prices, runs, json }) => {
            worthwhile(&workspace, prices.as_deref(), runs.get(), *json, look)
        }
        Some(Action::Race { row, slow, predict, how }) => {
            run_race(&workspace, row, *slow, *predict, how)
        }
    }
}

/// Compares rows; says whether all versions were right.
fn compare(workspace: &Workspace, arguments: &Arguments, terminal: Look) -> Result<bool> {
    let how = &arguments.how;
    let mut rows = selection::select(workspace, &arguments.rows, &how.only)?;
    if let Some(path) = &arguments.svg {
        if rows.len() != 1 {
            return Err(Misnamed("--svg draws one row, so name it".into()).into());
        }
        // Whether it can be written is found out before minutes have gone into measuring.
        let opened = File::options().create(true).append(true).open(path);
        opened.with_context(|| format!("cannot write {}", path.display()))?;
    }
    if arguments.timeline_data.is_some() && rows.len() != 1 {
        return Err(Misnamed("--timeline-data records one row, so name it".into()).into());
    }
    let (mut programs, inputs) = build(workspace, &rows, how)?;
    let pythons = if arguments.python {
        python::join(workspace, &mut rows, &how.flags, &mut programs)?
    } else {
        Pythons::default()
    };

    let machine = Load::look();
    let store = Store::of(Some(workspace));
    let mut done = Vec::new();
    let mut out = io::stdout().lock();
    let look = if arguments.wide { Look { width: usize::MAX, ..terminal } } else { terminal };
    if !arguments.json {
        write!(out, "{}", heading(machine))?;
    }
    for note in &pythons.notes {
        // With --json, stdout holds that one line and nothing else.
        if arguments.json { eprintln!("{note}") } else { writeln!(out, "{note}")? }
    }
    let (mut compared, mut recorded, mut timelines) = (Vec::new(), Vec::new(), Vec::new());
    for (row, input) in rows.iter().zip(&inputs) {
        let save = |measured: &Measured| {
            let rows = done.iter().chain([measured]).cloned().collect();
            store.save(&Saved::new(machine, What::Rows(rows)));
        };
        let interpreters = &pythons.interpreters;
        let measured = measure(row, interpreters, &programs, input, how, save);
        let Some(measured) = measured else { break };
        let shown = Shown::new(&measured, machine);
        done.push(measured);
        if !arguments.json {
            write!(out, "\n{}", shown.section(look))?;
            out.flush()?;
        }
        if is_interrupted() {
            compared.push(shown);
            break;
        }
        if arguments.records() {
            // The page and the picture show sequential, too: in the one it can be zoomed, and in the
            // other it is a bar.
            let all_versions = arguments.html.is_some() || arguments.svg.is_some();
            let mut traces = record(row, &programs, input, how, all_versions)?;
            timelines.push(html::page::timelines(&traces));
            if let Some(path) = &arguments.svg {
                let svg = show::picture::race(&shown.comparison, &traces, &machine);
                fs::write(path, svg).with_context(|| format!("cannot write {}", path.display()))?;
            }
            traces.retain(|traced| how.draws(&traced.report.approach));
            if let Some(path) = &arguments.timeline_data {
                recording::write(path, how.command(&row.name), &traces)?;
            }
            if arguments.timeline {
                write!(out, "\n{}", show::timeline::section(&traces, look))?;
            }
            recorded.extend(traces);
        }
        compared.push(shown);
    }
    if compared.is_empty() && is_interrupted() {
        return Err(TooSoon.into());
    }
    if let Some(path) = &arguments.trace {
        let file = File::create(path).map(BufWriter::new);
        let written = file
            .map_err(anyhow::Error::from)
            .and_then(|file| Ok(serde_json::to_writer(file, &traces::merged(&recorded))?));
        written.with_context(|| format!("cannot write {}", path.display()))?;
    }

    let all_right = compared.iter().all(|row| row.comparison.all_right());
    if let Some(folder) = &arguments.html {
        let pages: Vec<html::page::Page> = rows
            .iter()
            .zip(&compared)
            .zip(&timelines)
            .map(|((row, shown), timelines)| shown.page(row, timelines, machine, how))
            .collect::<Result<_>>()?;
        let page = html::files::write(folder, &pages)?;
        let found = format!("The page is in {}", page.display());
        // The only line on stdout is the JSON.
        if arguments.json { eprintln!("{found}") } else { writeln!(out, "\n{found}")? }
    }
    if arguments.json {
        let json = Json { version: 2, machine, rows: &compared };
        writeln!(out, "{}", serde_json::to_string(&json)?)?;
    } else {
        write!(out, "\n{}", hints(&rows, terminal.width))?;
    }
    Ok(all_right)
}

/// What `--json` prints of a sweep.
#[derive(Serialize)]
struct JsonOfSweep {
    version: u32,
    machine: Load,
    #[serde(flatten)]
    swept: Swept,
    sentences: Vec<String>,
}

/// Compares the versions of one row at each value of a flag; says whether all were right.
fn compare_along(
    workspace: &Workspace,
    arguments: &Arguments,
    sweep: &Sweep,
    look: Look,
) -> Result<bool> {
    let how = &arguments.how;
    let rows = selection::select(workspace, &arguments.rows, &how.only)?;
    let [row] = &rows[..] else {
        return Err(Misnamed("--sweep compares one row, so name it".into()).into());
    };
    let machine = Load::look();
    if let Some(warning) = machine.warning() {
        eprintln!("warning: {warning}");
    }
    let store = Store::of(Some(workspace));
    let (mut steps, mut done) = (Vec::new(), Vec::new());
    for value in &sweep.values {
        // Some flags describe the input, so each value has one of its own.
        let flags = how.flags.iter().cloned().chain(sweep.arguments(value)).collect();
        let how = How { flags, ..how.clone() };
        let (programs, inputs) = build(workspace, &rows, &how)?;
        let save = |measured: &Measured| {
            let step = (value.clone(), measured.clone());
            let steps = done.iter().cloned().chain([step]).collect();
            store.save(&Saved::new(machine, What::Sweep { flag: sweep.flag.clone(), steps }));
        };
        let Some(measured) = measure(row, &[], &programs, &inputs[0], &how, save) else { break };
        let Shown { comparison, .. } = Shown::new(&measured, machine);
        steps.push(Step { value: value.clone(), comparison });
        done.push((value.clone(), measured));
        if is_interrupted() {
            break;
        }
    }
    if steps.is_empty() {
        return Err(TooSoon.into());
    }
    let swept = Swept { flag: sweep.flag.clone(), steps };
    show_sweep(swept, &row.name, machine, arguments, look)
}

/// Prints a sweep; says whether all versions were right.
fn show_sweep(
    swept: Swept,
    row: &str,
    machine: Load,
    arguments: &Arguments,
    look: Look,
) -> Result<bool> {
    let all_right = swept.steps.iter().all(|step| step.comparison.all_right());
    let mut out = io::stdout().lock();
    if arguments.json {
        let sentences = swept.sentences();
        let json = JsonOfSweep { version: 2, machine, swept, sentences };
        writeln!(out, "{}", serde_json::to_string(&json)?)?;
    } else {
        write!(out, "{}", show::sweep::section(&swept, row, look))?;
    }
    Ok(all_right)
}

/// What stands above everything else.
fn heading(machine: Load) -> String {
    let warning = machine.warning().map(|warning| format!("warning: {warning}\n"));
    format!("{machine}\n{}", warning.unwrap_or_default())
}

/// Shows the last run once more; says whether all versions were right.
fn show_again(workspace: &Workspace, arguments: &Arguments, terminal: Look) -> Result<bool> {
    let Saved { machine, what, .. } = Saved::last(workspace)?;
    let look = if arguments.wide { Look { width: usize::MAX, ..terminal } } else { terminal };
    let mut out = io::stdout().lock();
    match what {
        What::Rows(measured) => {
            let compared: Vec<Shown> =
                measured.iter().map(|measured| Shown::new(measured, machine)).collect();
            let all_right = compared.iter().all(|row| row.comparison.all_right());
            if arguments.json {
                let json = Json { version: 2, machine, rows: &compared };
                writeln!(out, "{}", serde_json::to_string(&json)?)?;
                return Ok(all_right);
            }
            write!(out, "{}", heading(machine))?;
            for shown in &compared {
                write!(out, "\n{}", shown.section(look))?;
            }
            let rows: Vec<Row> = measured.into_iter().map(|measured| measured.row).collect();
            write!(out, "\n{}", hints(&rows, terminal.width))?;
            Ok(all_right)
        }
        What::Sweep { flag, steps } => {
            let row = steps.first().map_or_else(String::new, |(_, first)| first.row.name.clone());
            let steps = steps.into_iter().map(|(value, measured)| {
                let Shown { comparison, .. } = Shown::new(&measured, machine);
                Step { value, comparison }
            });
            let swept = Swept { flag, steps: steps.collect() };
            drop(out);
            show_sweep(swept, &row, machine, arguments, look)
        }
        What::Programs(tries) => {
            drop(out);
            show_programs(&tries, machine, arguments, look)
        }
    }
}

/// What `--json` prints of the user's own programs.
#[derive(Serialize)]
struct JsonOfPrograms {
    version: u32,
    machine: Load,
    #[serde(flatten)]
    programs: Programs,
    sentences: Vec<String>,
}

/// The user has named programs in a way that makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Misnamed(String);

/// Compares programs that the user names; says whether all of them came to their end.
fn compare_programs(arguments: &Arguments, look: Look) -> Result<bool> {
    let named = &arguments.programs;
    if let Some(name) = programs::twice(named) {
        return Err(Misnamed(format!("two programs are called {name:?}")).into());
    }
    if named.len() < 2 {
        return Err(Misnamed("--command is needed at least twice".into()).into());
    }
    let prepare = arguments.prepare.as_deref().map(programs::words).transpose();
    let prepare = prepare.map_err(|reason| Misnamed(format!("--prepare: {reason}")))?;
    let How { runs, deadline, .. } = &arguments.how;
    let machine = Load::look();
    if let Some(warning) = machine.warning() {
        eprintln!("warning: {warning}");
    }
    // These may be compared anywhere.
    let store = Store::of(Workspace::find().ok().as_ref());
    let term = Term::stderr();
    let interruptible = Interruptible::begin();
    let tries = run::programs::measure(
        named,
        runs.map(NonZeroUsize::get),
        arguments.warmup,
        |program, when| {
            progress(&term, &format!("{when}: {}", program.name));
            if let Some(prepare) = &prepare {
                let prepared = run::programs::run(prepare, *deadline);
                prepared.map_err(|fault| match fault {
                    Fault::Interrupted => fault,
                    fault => Fault::Crashed(format!("its preparation failed: {fault}")),
                })?;
            }
            run::programs::run(&program.words, *deadline)
        },
        |tries| store.save(&Saved::new(machine, What::Programs(tries.clone()))),
    );
    drop(interruptible);
    progress(&term, "");
    if tries.rounds == 0 {
        return Err(TooSoon.into());
    }
    show_programs(&tries, machine, arguments, look)
}

/// Prints what the user's own programs show; says whether all of them came to their end.
fn show_programs(tries: &Tries, machine: Load, arguments: &Arguments, look: Look) -> Result<bool> {
    let programs = Programs::draw(tries);
    let all_right = programs.all_right();
    let mut out = io::stdout().lock();
    if arguments.json {
        let sentences = programs.sentences();
        let json = JsonOfPrograms { version: 1, machine, programs, sentences };
        writeln!(out, "{}", serde_json::to_string(&json)?)?;
    } else if arguments.markdown {
        write!(out, "{}", show::programs::markdown(&programs))?;
    } else if arguments.csv {
        write!(out, "{}", show::programs::csv(&programs))?;
    } else {
        writeln!(out, "{machine}")?;
        write!(out, "{}", show::programs::section(&programs, look))?;
    }
    Ok(all_right)
}

/// Shows in one line how far things are, if there is a terminal.
fn progress(term: &Term, text: &str) {
    if term.is_term() {
        // What goes on in a second line would stay there.
        let line = console::truncate_str(text, usize::from(term.size().1), "");
        // A progress that cannot be shown is no reason to stop.
        let _ = term.clear_line().and_then(|()| term.write_str(&line));
    }
}

/// What `compare worthwhile --json` prints.
#[derive(Serialize)]
struct JsonOfWorthwhile {
    version: u32,
    machine: Load,
    approaches: Vec<judge::worthwhile::Approach>,
    sentences: Vec<String>,
}

/// Says which pieces of work repay handing them over; says whether everything could be measured.
fn worthwhile(
    workspace: &Workspace,
    prices: Option<&Path>,
    runs: usize,
    json: bool,
    look: Look,
) -> Result<bool> {
    let machine = Load::look();
    let mut out = io::stdout().lock();
    // A file that cannot be read is found out before anything is built.
    let prices = prices.map(Prices::read).transpose()?;
    if machine.cores == 1 {
        let sentences = vec![show::worthwhile::ONE_CORE.to_owned()];
        if json {
            let json = JsonOfWorthwhile { version: 1, machine, approaches: Vec::new(), sentences };
            writeln!(out, "{}", serde_json::to_string(&json)?)?;
        } else {
            writeln!(out, "{}", sentences.concat())?;
        }
        return Ok(true);
    }
    let program = workspace.build_tool(prices::PROGRAM, &[])?;
    if !json {
        write!(out, "{}", heading(machine))?;
        out.flush()?;
    }
    let term = Term::stderr();
    let interruptible = Interruptible::begin();
    let approaches = run::worthwhile::measure(&program, prices, runs, machine.cores, |what| {
        progress(&term, what);
    });
    drop(interruptible);
    progress(&term, "");
    let Some(approaches) = approaches? else { return Err(TooSoon.into()) };
    let sentences = judge::worthwhile::sentences(&approaches);
    let all_right = approaches.iter().all(|approach| approach.fault.is_none());
    if json {
        let json = JsonOfWorthwhile { version: 1, machine, approaches, sentences };
        writeln!(out, "{}", serde_json::to_string(&json)?)?;
    } else {
        let section = show::worthwhile::section(&approaches, &sentences, machine.cores, look);
        write!(out, "\n{section}")?;
    }
    Ok(all_right)
}

/// Runs the versions of one row, and replays what was measured.
fn run_race(workspace: &Workspace, row: &str, slow: f64, predict: bool, how: &How) -> Result<bool> {
    let rows = selection::select(workspace, &[row.to_owned()], &how.only)?;
    let (programs, inputs) = build(workspace, &rows, how)?;
    let term = Term::stdout();
    let prediction = if predict { ask(&rows[0])? } else { None };
    let (machine, store) = (Load::look(), Store::of(Some(workspace)));
    let save = |measured: &Measured| {
        store.save(&Saved::new(machine, What::Rows(vec![measured.clone()])));
    };
    let measured = measure(&rows[0], &[], &programs, &inputs[0], how, save).ok_or(TooSoon)?;
    let shown = Shown::new(&measured, machine);
    let racers = race::racers(&shown.comparison);
    if term.is_term() && !is_interrupted() {
        race::replay(&term, &racers, slow)?;
    }
    write!(io::stdout(), "\n{}", race::finish(&racers, prediction.as_ref()))?;
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

/// Reads how many times as slowly something is replayed.
fn slowness(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(slow) if (0.01..=10_000.0).contains(&slow) => Ok(slow),
        Ok(_) => Err("it must lie between 0.01 and 10000".into()),
        Err(error) => Err(format!("{error}")),
    }
}

/// Where the programs of the versions are, and what they work on, for each row.
type Built = (BTreeMap<String, PathBuf>, Vec<PreparedInput>);

/// Has cargo build all versions, and sequential prepare the input of each row. All inputs are
/// prepared first: flags that one of the rows does not take are found out before minutes have gone
/// into another.
fn build(workspace: &Workspace, rows: &[Row], how: &How) -> Result<Built> {
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
fn measure(
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
    let rounds = rounds::measure(&row.cells, wanted, run, |rounds| save(&measured(rounds.clone())));
    progress(&term, "");
    (rounds.number > 0).then(|| measured(rounds))
}

/// Records one more run of each version that is drawn, or of all.
fn record(
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
        if row.cells.iter().any(|cell| !cell.approach.is_baseline()) {
            hints.push((
                "who did what when".into(),
                format!("cargo run --release -p compare -- {} --timeline", row.name),
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
