//! One run of one version, as a process of its own.

use std::{
    io,
    path::Path,
    process::{Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use harness::{Failure, approach::Approach, meter::Usage, parent};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wait_timeout::ChildExt;

use crate::{
    output::{self, LastWords},
    rows::Cell,
    running,
};

/// How long a version that is asked to end may take to clear away.
const GRACE: Duration = Duration::from_millis(500);

/// The version of the cells' JSON that is understood here.
const VERSION: u32 = 1;

/// What a version reports of one run: the line that it prints with `--json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// The version of this format.
    pub version: u32,
    /// The row.
    pub workload: String,
    /// The column.
    pub approach: Approach,
    /// What it did, in one line.
    pub headline: String,
    /// What it worked on.
    pub input: Value,
    /// How many units of work there were.
    pub units: usize,
    /// The most units that may be in flight at once.
    pub limit: usize,
    /// The most threads or processes that may compute.
    pub workers: usize,
    /// What came out.
    pub answer: Value,
    /// The units that failed, in input order.
    pub failures: Vec<Failure>,
    /// What it cost.
    #[serde(flatten)]
    pub usage: Usage,
}

impl Report {
    /// Whether both say the same, to the letter: of what came out and of what failed.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.answer == other.answer && self.failures == other.failures
    }

    /// The share of the time in which the cores that it may use had nothing to compute.
    #[must_use]
    pub fn waiting(&self) -> Option<f64> {
        self.usage.waiting(self.workers)
    }
}

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Fault {
    /// It did not end in time, and was killed.
    #[error("no end after {deadline:?} (--deadline), so it was killed")]
    Hung {
        /// How long it was given.
        deadline: Duration,
    },
    /// It ended in a way that no version should.
    #[error("{0}")]
    Crashed(String),
    /// Ctrl-C has ended it, or kept it from beginning: see [`running`].
    #[error("interrupted")]
    Interrupted,
}

/// Runs `program`, which is that of `cell` or the interpreter for it, once with `arguments`.
///
/// # Errors
/// It does not end before the deadline, or ends without a report, or reports as another cell, or
/// Ctrl-C ends it.
pub fn run(
    cell: &Cell,
    program: &Path,
    arguments: &[String],
    deadline: Duration,
) -> Result<Report, Fault> {
    let mut command = cell.command(program);
    command.args(["--json", "--no-progress"]).args(arguments);
    let ended = end_of(&mut command, deadline)?;
    report(cell, &ended.output, ended.status).map_err(|reason| ended.crashed(reason))
}

/// Runs a tool of this workspace once with `arguments`, and returns what it prints.
///
/// # Errors
/// It does not end before the deadline, or ends with another status than 0, or Ctrl-C ends it.
pub fn output_of(
    program: &Path,
    arguments: &[String],
    deadline: Duration,
) -> Result<String, Fault> {
    let ended = end_of(Command::new(program).args(arguments), deadline)?;
    if ended.status.success() {
        Ok(ended.output)
    } else {
        Err(ended.crashed(ended.status.to_string()))
    }
}

/// How a process ended.
struct Ended {
    /// What it wrote to stdout.
    output: String,
    status: ExitStatus,
    last_words: LastWords,
}

impl Ended {
    /// The fault that has this reason.
    fn crashed(&self, reason: String) -> Fault {
        Fault::Crashed(match self.last_words.line() {
            Some(line) => format!("{reason}; its last words: {line}"),
            None => reason,
        })
    }
}

/// Starts what the command says, with nothing on its stdin, and waits for its end.
fn end_of(command: &mut Command, deadline: Duration) -> Result<Ended, Fault> {
    let crashed = |error: io::Error| Fault::Crashed(format!("it cannot be run: {error}"));
    parent::end_with_this_process(command);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = running::start(command, GRACE).map_err(crashed)?;
    let Some((mut child, running)) = started else { return Err(Fault::Interrupted) };
    let stdout = child.stdout.take().expect("stdout is piped, and nobody else has taken it");
    let stderr = child.stderr.take().expect("stderr is piped, and nobody else has taken it");
    let output = output::all(stdout);
    let last_words = LastWords::of(stderr);

    // Until its stdout ends, this thread sleeps: asking again and again whether the process has
    // ended would take time on the very cores that are being measured.
    let start = Instant::now();
    let output = output.recv_timeout(deadline);
    let left = deadline.saturating_sub(start.elapsed());
    let status = child.wait_timeout(left).map_err(crashed)?;
    let (Ok(output), Some(status)) = (output, status) else {
        running.end(&mut child).map_err(crashed)?;
        let interrupted = running::is_interrupted();
        return Err(if interrupted { Fault::Interrupted } else { Fault::Hung { deadline } });
    };
    running.end_rest();
    if running::is_interrupted() {
        return Err(Fault::Interrupted);
    }
    Ok(Ended { output, status, last_words })
}

/// Reads the report from what the process wrote. Status 1 is all right as long as there is one: it
/// says that units of work failed, which the report lists.
fn report(cell: &Cell, output: &str, status: ExitStatus) -> Result<Report, String> {
    if !matches!(status.code(), Some(0 | 1)) {
        return Err(status.to_string());
    }
    let line = output.trim();
    if line.is_empty() {
        return Err(format!("{status}, and no report"));
    }
    let report: Report = serde_json::from_str(line)
        .map_err(|error| format!("{status}, and its report cannot be read: {error}"))?;
    if report.version != VERSION {
        return Err(format!("its report is of version {}, not {VERSION}", report.version));
    }
    if report.usage.wall_ns == 0 {
        return Err("it reports that it took no time at all".into());
    }
    if (&report.workload, &report.approach) != (&cell.row, &cell.approach) {
        return Err(format!(
            "it reports as {}-{}, which it is not",
            report.workload,
            report.approach.name()
        ));
    }
    Ok(report)
}
