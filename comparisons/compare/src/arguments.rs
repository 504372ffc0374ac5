//! What a user can ask for on the command line.

use std::{num::NonZeroUsize, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand};
use workspace::{Approach, BASELINE};

use crate::find::{programs::Named, sweep::Sweep};

/// Builds the versions of a row, runs them side by side, and explains the figures
#[derive(Parser, Debug)]
#[command(
    version,
    after_help = "Without ROW it compares http and primes.",
    args_conflicts_with_subcommands = true
)]
#[expect(clippy::struct_excessive_bools, reason = "they are the flags of a command line")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) action: Option<Action>,
    /// The rows (jobs) to compare: names of folders, such as http, or `all`
    #[arg(value_name = "ROW")]
    pub(crate) rows: Vec<String>,
    /// Show all columns of the tables, even in a narrow terminal
    #[arg(long)]
    pub(crate) wide: bool,
    /// Print one line of JSON instead of the tables
    #[arg(long)]
    pub(crate) json: bool,
    /// Print the tables in Markdown
    #[arg(long, conflicts_with_all = ["json", "csv", "timeline"])]
    pub(crate) markdown: bool,
    /// Print the time of each run as comma-separated values
    #[arg(long, conflicts_with_all = ["json", "timeline"])]
    pub(crate) csv: bool,
    /// Show the last run once more, without measuring anything
    #[arg(long, conflicts_with_all = ["rows", "only", "runs", "flags", "timeline", "trace", "sweep",
          "programs", "timeline_data", "python"])]
    pub(crate) again: bool,
    /// Draw the timeline of each version, all on the same clock; sequential only if --only names it
    #[arg(long, conflicts_with_all = ["programs", "sweep", "json"])]
    pub(crate) timeline: bool,
    /// Write a trace of all versions to this file, for the Perfetto viewer
    #[arg(long, value_name = "FILE", conflicts_with_all = ["programs", "sweep"])]
    pub(crate) trace: Option<PathBuf>,
    /// Draw the race of one row as a picture that replays it, for a web page or a README; with --sweep,
    /// draw its curves
    #[arg(long, value_name = "FILE", conflicts_with = "programs")]
    pub(crate) svg: Option<PathBuf>,
    /// Write a page into this folder that shows all of it: the race, the table, the timelines and the
    /// sources. Several rows get a file each, and a list of them. With --sweep, the page shows its curves
    #[arg(long, value_name = "DIR", conflicts_with = "programs")]
    pub(crate) html: Option<PathBuf>,
    /// Write the timelines of one row into a file, in the form that the book shows
    #[arg(long, value_name = "FILE", conflicts_with_all = ["programs", "sweep"])]
    pub(crate) timeline_data: Option<PathBuf>,
    /// Compare with the same jobs in Python, where a row has them: each language is also measured
    /// against its own sequential version. --only chooses Rust versions alone
    #[arg(long, conflicts_with_all = ["programs", "sweep"])]
    pub(crate) python: bool,
    /// Compare one row with several values of a flag, one after the other: limit=1,2,4. Shows at which
    /// of them each version begins to win, stops winning, or breaks
    #[arg(long, value_name = "FLAG=VALUE,…", value_parser = Sweep::read,
          conflicts_with_all = ["programs", "wide"])]
    pub(crate) sweep: Option<Sweep>,
    /// Compare your own programs instead of rows; give this at least twice
    #[arg(long = "command", value_name = "NAME=COMMAND", value_parser = Named::read,
          conflicts_with_all = ["rows", "only", "flags", "wide"], help_heading = "Your own programs")]
    pub(crate) programs: Vec<Named>,
    /// First run each program this many times without measuring
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        requires = "programs",
        help_heading = "Your own programs"
    )]
    pub(crate) warmup: usize,
    /// Run this command before each run without measuring it
    #[arg(long, value_name = "COMMAND", requires = "programs", help_heading = "Your own programs")]
    pub(crate) prepare: Option<String>,
    #[command(flatten)]
    pub(crate) how: How,
}

/// In which form figures are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// For people.
    Text,
    /// One line of JSON, and nothing else.
    Json,
    /// Tables of Markdown.
    Markdown,
    /// Comma-separated values.
    Csv,
}

/// What else there is to see.
#[derive(Subcommand, Debug)]
pub(crate) enum Action {
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
        #[arg(long, value_name = "N", default_value = "9",
              value_parser = harness::arguments::at_least_one)]
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
pub(crate) struct How {
    /// Compare sequential with these versions only
    #[arg(long, value_name = "VERSION,…", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// The number of rounds; each runs every version once [default: 5 to 10, whatever fits into 30 s]
    #[arg(long, value_name = "N", value_parser = harness::arguments::at_least_one)]
    pub(crate) runs: Option<NonZeroUsize>,
    /// Give up on a run after this time
    #[arg(long, value_name = "TIME", default_value = "60s",
          value_parser = harness::duration::parse)]
    pub(crate) deadline: Duration,
    /// The row's own flags, passed on to each version
    #[arg(value_name = "FLAGS", last = true)]
    pub(crate) flags: Vec<String>,
}

impl Arguments {
    /// In which form figures are printed.
    pub(crate) fn form(&self) -> Form {
        match (self.json, self.markdown, self.csv) {
            (true, ..) => Form::Json,
            (_, true, _) => Form::Markdown,
            (.., true) => Form::Csv,
            _ => Form::Text,
        }
    }

    /// Whether a run of each version is to be recorded.
    pub(crate) fn records(&self) -> bool {
        let files = [&self.trace, &self.svg, &self.html, &self.timeline_data];
        self.timeline || files.iter().any(|file| file.is_some())
    }
}

impl How {
    /// Whether a version is drawn beside others. Sequential's picture is the same in all rows and in
    /// both languages: one unit after the other, for so long that the others would not be seen.
    pub(crate) fn draws(&self, approach: &Approach) -> bool {
        let is_baseline = approach.is_baseline() || workspace::python::is_one_at_a_time(approach);
        !is_baseline || self.only.iter().any(|name| name == BASELINE.name)
    }

    /// The command that does this with a row.
    pub(crate) fn command(&self, row: &str) -> String {
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

/// Reads how many times as slowly something is replayed.
fn slowness(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(slow) if (0.01..=10_000.0).contains(&slow) => Ok(slow),
        Ok(_) => Err("it must lie between 0.01 and 10000".into()),
        Err(error) => Err(format!("{error}")),
    }
}
