//! What a row tells the harness about itself, and the frame of every cell's `main`.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::Path,
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::{
    arguments::{Arguments, Limits, Shared},
    meter::{Measured, Meter, Usage, harness_thread_started},
    progress::Progress,
    report, room,
    timeline::{self, Recorded},
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
    /// What the row's function works on.
    type Input;
    /// What the row's function returns.
    type Output;

    /// Whether the units wait or compute.
    fn kind(&self) -> Kind;

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

    /// Whether this process has the answer and reports it. Of several that do one job together, only
    /// one does; the others end without a word.
    fn reports(&self) -> bool {
        true
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
    /// Figures that are no part of the answer, since they differ from run to run.
    pub figures: Option<Figures>,
}

/// Figures of a run beside its answer and its cost.
#[derive(Debug)]
pub struct Figures {
    /// The figures in one line, for people.
    pub line: String,
    /// The figures, for `--json`.
    pub json: serde_json::Value,
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
    match Arguments::<R>::read(approach) {
        Ok(arguments) => run_with(approach, &arguments, cell).unwrap_or_else(|error| fail(&error)),
        Err(refused) => refused.explain(),
    }
}

fn run_with<R: Row>(
    approach: &str,
    Arguments { row, shared }: &Arguments<R>,
    cell: impl FnOnce(&R::Input, Limits, Meter) -> Result<Measured<R::Output>>,
) -> Result<ExitCode> {
    let frame = Frame::begin(row.kind(), approach, shared)?;
    let input = row.prepare(shared)?;
    if shared.hold {
        return hold(&row.held(&input));
    }
    let plan = row.plan(&input, frame.limits);
    let progress = Progress::new(plan.units, row.reports() && !shared.no_progress && !shared.json);
    let mut limits = frame.limits;
    if plan.units > 0 {
        // No more can be in flight than there are, so no cell makes room for more. (Of a server that
        // runs until it is stopped, nobody knows beforehand how many units there will be.)
        limits.in_flight = limits.in_flight.min(plan.units);
    }
    let measured = cell(&input, limits, Meter::new(progress))?;
    leave_the_end_to_others();
    if !row.reports() {
        return frame.end_without_report(R::UNIT);
    }
    let answer = row.answer(&input, measured.output);
    frame.end(R::NAME, R::UNIT, plan, answer, measured.usage)
}

fn fail(error: &anyhow::Error) -> ExitCode {
    let cause = error.downcast_ref::<io::Error>().map(io::Error::kind);
    if cause == Some(io::ErrorKind::BrokenPipe) {
        // Whoever reads the report has seen enough, as with `| head`.
        return ExitCode::SUCCESS;
    }
    leave_the_end_to_others();
    eprintln!("error: {error:#}");
    ExitCode::FAILURE
}

/// What surrounds the job, whatever it is. It is apart from [`run_with`] so that it is compiled
/// once, and not again for every cell.
struct Frame<'a> {
    approach: &'a str,
    shared: &'a Shared,
    limits: Limits,
    trace: Option<(&'a Path, File)>,
}

impl<'a> Frame<'a> {
    fn begin(kind: Kind, approach: &'a str, shared: &'a Shared) -> Result<Self> {
        stop_on_ctrl_c()?;
        allow_open_files();
        if shared.timeline || shared.trace.is_some() {
            timeline::record();
        }
        let trace = match shared.trace.as_deref() {
            Some(path) => Some((path, File::create(path).with_context(|| cannot_write(path))?)),
            None => None,
        };
        let limits = if approach == "sequential" { Limits::ONE } else { shared.limits(kind) };
        room::for_threads(limits.workers)?;
        Ok(Self { approach, shared, limits, trace })
    }

    fn end(
        self,
        workload: &str,
        unit: &str,
        plan: Plan,
        answer: Answer,
        usage: Usage,
    ) -> Result<ExitCode> {
        let Self { approach, shared, limits, trace } = self;
        let run = report::Run { workload, approach, limits, plan, answer, usage };
        let mut out = io::stdout().lock();
        if shared.json {
            writeln!(out, "{}", run.json())?;
        } else {
            write!(out, "{run}")?;
        }
        let recorded = timeline::recorded();
        if shared.timeline {
            let drawing = recorded.draw(unit);
            // With --json, stdout holds that one line and nothing else.
            if shared.json { eprint!("{drawing}") } else { write!(out, "{drawing}")? }
        }
        write_trace(&recorded, unit, trace)?;
        report::list_failures(&run.answer.failures);
        Ok(if run.answer.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn end_without_report(self, unit: &str) -> Result<ExitCode> {
        write_trace(&timeline::recorded(), unit, self.trace)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn write_trace(recorded: &Recorded, unit: &str, trace: Option<(&Path, File)>) -> Result<()> {
    let Some((path, file)) = trace else { return Ok(()) };
    recorded.write_trace(unit, file).with_context(|| cannot_write(path))
}

fn cannot_write(file: &Path) -> String {
    format!("cannot write {}", file.display())
}

/// Keeps the input for other processes until stdin ends.
fn hold(arguments: &[String]) -> Result<ExitCode> {
    println!("{}", serde_json::to_string(arguments)?);
    io::stdin().read_to_end(&mut Vec::new()).context("cannot wait for the end of stdin")?;
    Ok(ExitCode::SUCCESS)
}

/// What clears something away.
type Clear = Box<dyn FnOnce() + Send>;

/// What [`clear_on_interrupt`] was told of.
static CLEAR: Mutex<Vec<Clear>> = Mutex::new(Vec::new());

/// Whether Ctrl-C or [`give_up`] is ending this process.
static ENDING: AtomicBool = AtomicBool::new(false);

/// Has something cleared away also if Ctrl-C ends this process, since no destructor runs then. It
/// must not take long: the process ends after it.
pub fn clear_on_interrupt(clear: impl FnOnce() + Send + 'static) {
    CLEAR.lock().expect("nobody panics while holding it").push(Box::new(clear));
}

/// Has a temporary folder removed also if Ctrl-C ends this process.
pub fn remove_on_interrupt(folder: &Path) {
    let folder = folder.to_owned();
    clear_on_interrupt(move || {
        // A thread that still writes there would add a file behind our back, again and again;
        // under another name it finds nothing to add to. What cannot be renamed is gone, or
        // is removed as it is.
        let doomed = folder.with_added_extension("removed");
        let folder = if fs::rename(&folder, &doomed).is_ok() { doomed } else { folder };
        // There is nobody left to be told if something is not ours to remove.
        let _ = fs::remove_dir_all(folder);
    });
}

/// What [`on_interrupt`] was given.
static ON_INTERRUPT: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(None);

/// Has the first Ctrl-C call this instead of ending the process, which is then expected to end in
/// good order. A second Ctrl-C ends it at once.
pub fn on_interrupt(ask_to_end: impl FnOnce() + Send + 'static) {
    *ON_INTERRUPT.lock().expect("nobody panics while holding it") = Some(Box::new(ask_to_end));
}

/// On Ctrl-C, ends this process with the shell's customary status. Workers and helpers end by
/// themselves as soon as their stdin does.
fn stop_on_ctrl_c() -> Result<()> {
    harness_thread_started();
    ctrlc::set_handler(|| {
        let ask_to_end = ON_INTERRUPT.lock().expect("nobody panics while holding it").take();
        if let Some(ask_to_end) = ask_to_end {
            ask_to_end();
            return;
        }
        end_at_once("interrupted", 130);
    })
    .context("cannot listen for Ctrl-C")
}

/// Ends this process because of an error that no function can return: it came up in a thread that
/// a library has started, say, while others wait for what will not come. Says so in one line,
/// clears away what Ctrl-C would, and exits with status 1.
pub fn give_up(error: &anyhow::Error) -> ! {
    end_at_once(&format!("error: {error:#}"), 1)
}

fn end_at_once(message: &str, status: i32) -> ! {
    if ENDING.swap(true, Ordering::Relaxed) {
        // Another thread is at it, and has said why.
        loop {
            thread::park();
        }
    }
    // Not by `eprintln!`, which panics if whoever reads stderr is gone: this must go on.
    let _ = writeln!(io::stderr(), "{message}");
    for clear in CLEAR.lock().expect("nobody panics while holding it").drain(..) {
        clear();
    }
    std::process::exit(status)
}

/// Returns at once, unless something is ending this process already: what has failed since then failed because
/// its folders were removed under its feet, which is not worth a report, and a process that ended
/// now would leave half of them behind.
fn leave_the_end_to_others() {
    while ENDING.load(Ordering::Relaxed) {
        thread::park();
    }
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
