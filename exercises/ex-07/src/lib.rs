//! Exercise 7: a few processes at a time.
//!
//! - Page: Processes
//! - Task: `run_all` runs one child process at a time, and reports a child that crashed as one that
//!   ended well. Let `limit` children be alive at once, never more, and report a crash as a
//!   failure.
//! - Checked: the most children alive, that outputs and failures come in input order, that a child
//!   which fails, crashes or cannot be started is a value among them, and that none is left behind,
//!   not even as a zombie.
//! - Fails with: `at most 1 process was alive; the task allows 3`
//! - Fails with: `a child that failed was taken for one that ended well`
//! - Hint: a thread may block for each living child: `limit` threads, as in exercise 3.
//!   `Command::output` collects the output and waits for the end; `Output::status` says how it
//!   ended.

use std::process::Command;

/// What a child has printed, or what became of it instead.
pub type Outcome = Result<String, String>;

/// Runs all commands, at most `limit` at a time, and returns their outcomes in input order.
#[must_use]
pub fn run_all(commands: Vec<Command>, limit: usize) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let mut commands = commands.into_iter().peekable();
    while commands.peek().is_some() {
        for mut command in commands.by_ref().take(limit) {
            let output = command.output().map_err(|error| error.to_string());
            outcomes.push(output.map(|output| String::from_utf8_lossy(&output.stdout).into()));
        }
    }
    outcomes
}
