//! The part of the command line that is the same in every cell.

use std::{num::NonZeroUsize, path::PathBuf, process::ExitCode, thread, time::Duration};

use clap::{Args, Command, CommandFactory, FromArgMatches, Parser};

use crate::row::{Kind, Row};

/// The two limits that every approach obeys, so that comparisons are fair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most units of work in flight at once; at least 1.
    pub in_flight: usize,
    /// The most threads or processes that compute; at least 1.
    pub workers: usize,
}

impl Limits {
    /// One thing after the other, which is all that a sequential program can do.
    pub(crate) const ONE: Self = Self { in_flight: 1, workers: 1 };
}

/// The arguments that every cell of every row takes.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are the flags of a command line")]
pub struct Shared {
    /// The most units of work in flight at once
    #[arg(long, value_name = "K", value_parser = at_least_one, help_heading = "Limits")]
    limit: Option<NonZeroUsize>,
    /// The most threads or processes that compute [default: the cores that this process may use]
    #[arg(long, value_name = "W", value_parser = at_least_one, help_heading = "Limits")]
    workers: Option<NonZeroUsize>,
    /// What everything that is made up follows from
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Print one line of JSON instead of the report
    #[arg(long, help_heading = "Output")]
    pub json: bool,
    /// Draw who did what when
    #[arg(long, help_heading = "Output")]
    pub timeline: bool,
    /// Write a trace that Perfetto and Chrome's tracing page open
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub trace: Option<PathBuf>,
    /// Draw no progress bar
    #[arg(long, help_heading = "Output")]
    pub no_progress: bool,
    /// Prepare the input, print the arguments with which other processes use it, as a JSON array,
    /// and keep it until stdin ends
    #[arg(long, hide = true)]
    pub hold: bool,
}

impl Shared {
    /// The limits, where the row's own default is `units` in flight.
    pub(crate) fn limits(&self, kind: Kind) -> Limits {
        let cores = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let workers = self.workers.map_or_else(cores, NonZeroUsize::get);
        let limit = self.limit.map(NonZeroUsize::get);
        match kind {
            Kind::Waits { limit: default } => {
                Limits { in_flight: limit.unwrap_or(default), workers }
            }
            // Whatever computes holds a core, so here the two limits are one.
            Kind::Computes => {
                let workers = workers.min(limit.unwrap_or(workers));
                Limits { in_flight: workers, workers }
            }
        }
    }
}

/// A row's own arguments and the shared ones.
#[derive(Parser, Debug)]
#[command(version)]
pub(crate) struct Arguments<R: Row> {
    #[command(flatten)]
    pub(crate) row: R,
    #[command(flatten)]
    pub(crate) shared: Shared,
}

impl<R: Row> Arguments<R> {
    /// Reads the command line of this process. What is wrong with it comes back as one line.
    pub(crate) fn read(approach: &str) -> Result<Self, Refused> {
        // What the row's doc comment says is what the program is about.
        let row = R::augment_args(Command::new(R::NAME));
        Self::command()
            .about(row.get_about().cloned().unwrap_or_default())
            .bin_name(format!("{}-{approach}", R::NAME))
            .try_get_matches()
            .and_then(|matches| Self::from_arg_matches(&matches))
            .map_err(Refused)
    }
}

/// Why there are no arguments: they are wrong, or the user asks for the help or the version.
pub(crate) struct Refused(clap::Error);

impl Refused {
    /// Says so, and returns the exit status.
    pub(crate) fn explain(&self) -> ExitCode {
        let Self(error) = self;
        if error.use_stderr() {
            eprintln!("{}", one_line(error));
            return ExitCode::from(2);
        }
        // A closed stdout is no reason to fail: nobody is there to read the help.
        let _ = error.print();
        ExitCode::SUCCESS
    }
}

/// The first paragraph of clap's message, which names what is wrong, on one line.
fn one_line(error: &clap::Error) -> String {
    let message = error.to_string();
    let paragraph = message.split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    format!("{} (--help lists the arguments)", words.join(" "))
}

/// Reads a number of things of which there must be some.
fn at_least_one(text: &str) -> Result<NonZeroUsize, String> {
    let number: usize = text.parse().map_err(|error| format!("{error}"))?;
    NonZeroUsize::new(number).ok_or_else(|| "it must be at least 1".into())
}

/// Reads a duration as people write it: `50ms`, `2s`, `1m 30s`.
///
/// # Errors
/// A text that is no duration, with what is wrong with it.
pub fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|error| format!("{error}; durations are written 50ms or 2s"))
}

/// Writes a duration as [`duration`] reads it.
#[must_use]
pub fn write_duration(duration: Duration) -> String {
    humantime::format_duration(duration).to_string()
}

/// Reads a share, from 0 to 1.
///
/// # Errors
/// A text that is no number, or a number outside that range.
pub fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        Ok(_) => Err("it must lie between 0 and 1".into()),
        Err(error) => Err(format!("{error}")),
    }
}
