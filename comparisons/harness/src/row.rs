//! What a row tells the harness about itself, and the frame of every cell's `main`.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::{
    arguments::{Arguments, Limits, Refused, Shared},
    meter::{Measured, Meter, harness_thread_started},
    progress::Progress,
    report, timeline,
};

/// Whether a row's units mostly wait or compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// They wait, so many may be in flight at once.
    Waits {
        /// How many, unless the user says otherwise.
        limit: usize,
    },
    /// They compute, so no more than the workers are in flight at once.
    Computes,
}

/// A workload: one job that each of a row's cells does in its own way.
pub trait Row: clap::Args {
    /// The row's name, which is that of its folder.
    const NAME: &'static str;
    /// What one unit of work is called.
    const UNIT: &'static str;
    /// Whether the units wait or compute.
    const KIND: Kind;
    /// What the row's function works on.
    type Input;
    /// What the row's function returns.
    type Output;

    /// Makes or opens the input, before anything is measured.
    ///
    /// # Errors
    /// Input that cannot be used; the message names it.
    fn prepare(&self, shared: &Shared) -> Result<Self::Input>;

    /// Says what is about to be done to the input.
    fn plan(&self, input: &Self::Input, limits: Limits) -> Plan;

    /// Draws the answer from the output.
    fn answer(&self, input: &Self::Input, output: Self::Output) -> Answer;

    /// The arguments with which another process works on this same input.
    fn held(&self, _input: &Self::Input) -> Vec<String> {
        Vec::new()
    }

    /// What this program does instead of its job when it was started as the row's helper (say, as
    /// the site that the pages are fetched from). Returns at once in every other process.
    ///
    /// # Errors
    /// Whatever keeps the helper from its work.
    fn help() -> Result<()> {
        Ok(())
    }
}

/// What is about to be done.
#[derive(Debug)]
pub struct Plan {
    /// The job in one line, for people.
    pub headline: String,
    /// The input, for `--json`.
    pub input: serde_json::Value,
    /// How many units of work there are.
    pub units: usize,
    /// The shortest time in which anything could do it, where that is known beforehand.
    pub lower_bound: Option<std::time::Duration>,
}

/// What came out.
#[derive(Debug)]
pub struct Answer {
    /// The answer in one line, for people.
    pub line: String,
    /// The answer, for `--json`: the same to the letter from every cell that is right.
    pub json: serde_json::Value,
    /// The units that failed, in input order.
    pub failures: Vec<Failure>,
}

/// A unit of work that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{unit}: {reason}")]
pub struct Failure {
    /// Which one.
    pub unit: String,
    /// Why.
    pub reason: String,
}

/// Runs one cell as a program: reads the arguments, prepares the input, has `cell` do and measure
/// the job, and reports. The exit status is 0 if all went well, 1 if something failed, 2 if the
/// arguments are wrong.
pub fn run<R: Row>(
    approach: &str,
    cell: impl FnOnce(&R::Input, Limits, Meter) -> Result<Measured<R::Output>>,
) -> ExitCode {
    if let Err(error) = R::help() {
        return fail(&error);
    }
    let arguments = match Arguments::<R>::read(approach) {
        Ok(arguments) => arguments,
        Err(Refused::Help(help)) => {
            // A closed stdout is no reason to fail: nobody is there to read the help.
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
        Err(Refused::Usage(message)) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    match run_with(approach, &arguments, cell) {
        Ok(status) => status,
        Err(error) => fail(&error),
    }
}

fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::FAILURE
}

fn run_with<R: Row>(
    approach: &str,
    Arguments { row, shared }: &Arguments<R>,
    cell: impl FnOnce(&R::Input, Limits, Meter) -> Result<Measured<R::Output>>,
) -> Result<ExitCode> {
    stop_on_ctrl_c()?;
    allow_open_files();
    if shared.timeline || shared.trace.is_some() {
        timeline::record();
    }
    let cannot_write = |file: &Path| format!("cannot write {}", file.display());
    let trace = match &shared.trace {
        Some(path) => Some((path, File::create(path).with_context(|| cannot_write(path))?)),
        None => None,
    };
    let limits = if approach == "sequential" { Limits::ONE } else { shared.limits(R::KIND) };
    let input = row.prepare(shared)?;
    if shared.hold {
        return hold(&row.held(&input));
    }
    let plan = row.plan(&input, limits);
    let progress = Progress::new(plan.units, !shared.no_progress && !shared.json);
    let measured = cell(&input, limits, Meter::new(progress))?;
    let answer = row.answer(&input, measured.output);
    let run =
        report::Run { workload: R::NAME, approach, limits, plan, answer, usage: measured.usage };

    let mut out = io::stdout().lock();
    if shared.json {
        writeln!(out, "{}", run.json())?;
    } else {
        write!(out, "{run}")?;
    }
    let recorded = timeline::recorded();
    if shared.timeline {
        let drawing = recorded.draw(R::UNIT);
        // With --json, stdout holds that one line and nothing else.
        if shared.json { eprint!("{drawing}") } else { write!(out, "{drawing}")? }
    }
    if let Some((path, file)) = trace {
        recorded.write_trace(R::UNIT, file).with_context(|| cannot_write(path))?;
    }
    report::list_failures(&run.answer.failures);
    Ok(if run.answer.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Keeps the input for other processes until stdin ends.
fn hold(arguments: &[String]) -> Result<ExitCode> {
    println!("{}", serde_json::to_string(arguments)?);
    io::stdin().read_to_end(&mut Vec::new()).context("cannot wait for the end of stdin")?;
    Ok(ExitCode::SUCCESS)
}

/// On Ctrl-C, ends this process with the shell's customary status. Everything else ends by
/// itself: workers and helpers as soon as their stdin does.
fn stop_on_ctrl_c() -> Result<()> {
    harness_thread_started();
    ctrlc::set_handler(|| {
        eprintln!("interrupted");
        std::process::exit(130);
    })
    .context("cannot listen for Ctrl-C")
}

/// Allows this process as many open files as the system lets it have: a connection is one, and
/// the usual limit of 1,024 would be the first thing that a large `--limit` runs into.
pub fn allow_open_files() {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};
        if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
            // If it is refused, the run goes on with what it has, and says so should it run out.
            let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
        }
    }
}
