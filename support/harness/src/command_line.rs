//! The command line of a cell's program: the row's own arguments, and those that all rows share.

use std::process::ExitCode;

use clap::{Command, CommandFactory, FromArgMatches, Parser};

use crate::{approach::Approach, arguments::Shared, limits::Kind, message, row::Row};

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
    /// Reads the command line of this process. An error is one line.
    pub(crate) fn read(approach: &Approach) -> Result<Self, Refused> {
        // The row's doc comment is the program's description.
        let row = R::augment_args(Command::new(R::NAME));
        Self::command()
            .about(row.get_about().cloned().unwrap_or_default())
            .mut_arg("limit", |limit| limit.help(help_of_limit::<R>(row)))
            .bin_name(format!("{}-{}", R::NAME, approach.name()))
            .try_get_matches()
            .and_then(|matches| Self::from_arg_matches(&matches))
            .map_err(Refused)
    }
}

/// The help of `--limit` for a row, with its default.
fn help_of_limit<R: Row>(row: Command) -> String {
    let most = "The most units of work in flight at the same time";
    let matches = row.no_binary_name(true).try_get_matches_from([""; 0]).ok();
    let kind = matches.and_then(|matches| R::from_arg_matches(&matches).ok()).map(|row| row.kind());
    match kind {
        Some(Kind::Waits { limit }) => format!("{most} [default: {limit}]"),
        Some(Kind::Computes) => format!("{most} [default: W, the number of workers]"),
        None => most.to_owned(),
    }
}

/// The reason why there are no arguments: they are wrong, or the user asks for the help or the
/// version.
pub(crate) struct Refused(clap::Error);

impl Refused {
    /// Prints it, and returns the exit status.
    pub(crate) fn explain(&self) -> ExitCode {
        let Self(error) = self;
        if error.use_stderr() {
            message::line(one_line(error));
            return ExitCode::from(2);
        }
        // A closed stdout is no reason to fail: nobody is there to read the help.
        let _ = error.print();
        ExitCode::SUCCESS
    }
}

/// The first paragraph of clap's message, which names the error, on one line.
fn one_line(error: &clap::Error) -> String {
    let message = error.to_string();
    let paragraph = message.split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    format!("{} (--help lists the arguments)", words.join(" "))
}
