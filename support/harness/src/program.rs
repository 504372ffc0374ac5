//! The frame of every cell's `main`.

use std::{
    fs::File,
    io::{self, Read, Write},
    panic::{self, AssertUnwindSafe},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use timeline::Recorded;

use crate::{
    approach::{Approach, Workers},
    arguments::Shared,
    capacity::{self, Reserve},
    command_line::Arguments,
    interrupt::{leave_the_end_to_others, stop_on_ctrl_c},
    limits::{Kind, Limits},
    message,
    meter::{Measured, Meter, Usage},
    parent,
    progress::Progress,
    report::{self, Run},
    row::{Answer, Plan, Row},
};

/// Runs one cell as a program: reads the arguments, prepares the input, lets `cell` do and measure
/// the job, and prints the report. The exit status is 0 if all went well, 1 if something failed, 2
/// if the arguments are wrong.
///
/// `package` is the name of the cell's package, which cargo knows as `env!("CARGO_PKG_NAME")`: the
/// row's name, a hyphen, and the approach's.
pub fn run<R: Row>(
    package: &str,
    cell: impl FnOnce(&R::Input, Limits, Meter) -> Result<Measured<R::Output>>,
) -> ExitCode {
    let approach = Approach::of_package(package, R::NAME)
        .expect("the workspace's tests check that a cell's package is named after its row");
    if let Err(error) = R::help() {
        return fail(&error);
    }
    // Only now, since a helper ends when its stdin does, and its parent is this program.
    parent::end_with_parent_if_asked();
    match Arguments::<R>::read(&approach) {
        Ok(arguments) => {
            let status = run_with(&approach, &arguments, cell).unwrap_or_else(|error| fail(&error));
            // To return would end the process, perhaps in the middle of removing a folder.
            leave_the_end_to_others();
            status
        }
        Err(refused) => refused.explain(),
    }
}

fn run_with<R: Row>(
    approach: &Approach,
    Arguments { row, shared }: &Arguments<R>,
    cell: impl FnOnce(&R::Input, Limits, Meter) -> Result<Measured<R::Output>>,
) -> Result<ExitCode> {
    let frame = Frame::begin(row.kind(), approach, shared)?;
    let reserve = Reserve::take()?;
    let input = row.prepare(shared)?;
    // From here on the reserve is dropped before the input, which may have a folder to remove.
    let _reserve = reserve;
    if shared.hold {
        return hold(&row.held(&input));
    }
    let plan = row.plan(&input, frame.limits);
    let progress = Progress::new(
        plan.units.unwrap_or(0),
        row.reports() && !shared.no_progress && !shared.json,
    );
    let mut limits = frame.limits;
    if let Some(units) = plan.units {
        // No more units can be in flight than there are, so cells need not make room for more.
        limits.in_flight = limits.in_flight.min(units.max(1));
    }
    if approach.workers() == Some(Workers::Runtime) {
        capacity::for_a_runtime()?;
        // The runtime's own threads, one for its reactor (which panics if that cannot start), and
        // the meter's.
        capacity::for_threads(limits.workers + 2)?;
    }
    let measured = unless_it_panics(|| cell(&input, limits, Meter::new(progress)))?;
    leave_the_end_to_others();
    if !row.reports() {
        return frame.end_without_report(R::UNIT);
    }
    let answer = row.answer(&input, measured.output);
    frame.end(R::NAME, R::UNIT, plan, answer, measured.usage)
}

/// The result of `cell`. A panic becomes an error, so the program still shuts down gracefully. The
/// panic itself has already printed where and why.
fn unless_it_panics<T>(cell: impl FnOnce() -> Result<T>) -> Result<T> {
    // Nobody looks again at anything that the cell may have left half done.
    let done = panic::catch_unwind(AssertUnwindSafe(cell));
    done.unwrap_or_else(|_| bail!("part of the job panicked"))
}

/// Whether a program failed because nobody reads its output any more, as with `| head`.
#[must_use]
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn fail(error: &anyhow::Error) -> ExitCode {
    if is_broken_pipe(error) {
        return ExitCode::SUCCESS;
    }
    leave_the_end_to_others();
    message::line(format_args!("error: {error:#}"));
    ExitCode::FAILURE
}

/// The code around any job. It is separate from [`run_with`] so that it is compiled once and not
/// for every cell.
struct Frame<'a> {
    approach: &'a Approach,
    kind: Kind,
    shared: &'a Shared,
    limits: Limits,
    trace: Option<(&'a Path, File)>,
}

impl<'a> Frame<'a> {
    fn begin(kind: Kind, approach: &'a Approach, shared: &'a Shared) -> Result<Self> {
        stop_on_ctrl_c()?;
        capacity::allow_open_files();
        if shared.timeline || shared.trace.is_some() {
            timeline::record();
        }
        let trace = match shared.trace.as_deref() {
            Some(path) => Some((path, File::create(path).with_context(|| cannot_write(path))?)),
            None => None,
        };
        let limits = if approach.is_baseline() { Limits::ONE } else { shared.limits(kind) };
        capacity::for_threads(limits.workers)?;
        if approach.workers() == Some(Workers::Pool) {
            capacity::for_stealing(limits.workers, kind)?;
        }
        Ok(Self { approach, kind, shared, limits, trace })
    }

    fn end(
        self,
        workload: &str,
        unit: &str,
        plan: Plan,
        answer: Answer,
        usage: Usage,
    ) -> Result<ExitCode> {
        let Self { approach, kind, shared, limits, trace } = self;
        let run = Run { workload, approach, kind, limits, plan, answer, usage };
        let mut out = io::stdout().lock();
        if shared.json {
            writeln!(out, "{}", run.json())?;
        } else {
            write!(out, "{run}")?;
        }
        let recorded = timeline::recorded();
        if recorded.is_cut_off() {
            let most = timeline::MOST_EVENTS;
            message::line(format_args!("the timeline stops after {most} events"));
        }
        if shared.timeline {
            let drawing = recorded.draw(unit);
            // With --json, stdout holds only that one line.
            if shared.json {
                message::line(drawing.trim_end());
            } else {
                write!(out, "{drawing}")?;
            }
        }
        if !shared.json {
            write!(out, "{}", run.conclusion())?;
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
    writeln!(io::stdout(), "{}", serde_json::to_string(arguments)?)?;
    io::stdin().read_to_end(&mut Vec::new()).context("cannot wait for the end of stdin")?;
    Ok(ExitCode::SUCCESS)
}
