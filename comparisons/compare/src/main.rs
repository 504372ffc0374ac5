//! Compares the versions of a row, side by side: `cargo run --release -p compare -- http`.
//!
//! [`arguments`] says what the user asks for, and [`actions`] has a file for each of these. The way
//! through most of them: [`find`] says which rows and versions take part, cargo builds them, [`run`]
//! has each of them run again and again, [`judge`] draws the figures together and puts them into
//! words, and [`show`] prints them. Meanwhile [`saved`] keeps what there is.

mod actions;
mod arguments;
mod error;
mod find;
mod judge;
mod run;
#[cfg(test)]
mod samples;
mod saved;
mod show;

use std::process::ExitCode;

use actions::{again, diff, list, programs, race, rows, sweep, worthwhile};
use anyhow::Result;
use arguments::{Action, Arguments};
use clap::Parser;
use console::Term;
use error::{TooSoon, is_usage};
use harness::{is_broken_pipe, message};
use show::{diff::Form, table::Look};
use workspace::{Workspace, running::is_interrupted};

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
        return programs::compare(arguments, look);
    }
    let workspace = Workspace::find()?;
    match &arguments.action {
        None if arguments.again => again::show(&workspace, arguments, look),
        None if let Some(sweep) = &arguments.sweep => {
            sweep::compare(&workspace, arguments, sweep, look)
        }
        None => rows::compare(&workspace, arguments, look),
        Some(Action::List) => list::print(&workspace, look),
        Some(Action::Diff { row, left, right, unified, whole }) => {
            let form = Form { unified: *unified, whole: *whole };
            diff::print(&workspace, row, [left, right], form, look)
        }
        Some(Action::Worthwhile { prices, runs, json }) => {
            worthwhile::measure(&workspace, prices.as_deref(), runs.get(), *json, look)
        }
        Some(Action::Race { row, slow, predict, how }) => {
            race::run(&workspace, row, *slow, *predict, how)
        }
    }
}
