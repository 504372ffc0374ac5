//! Exercise 7, solved: a few processes at a time.
//!
//! Each child has a thread that does nothing but wait for it. That is cheap beside a process.

use std::{
    process::Command,
    sync::{Mutex, OnceLock, PoisonError},
    thread,
};

/// What a child has printed, or what became of it instead.
pub type Outcome = Result<String, String>;

/// Runs all commands, at most `limit` at a time, and returns their outcomes in input order.
#[must_use]
pub fn run_all(commands: Vec<Command>, limit: usize) -> Vec<Outcome> {
    // A place for each outcome: so they are in input order.
    let outcomes: Vec<_> = commands.iter().map(|_| OnceLock::new()).collect();
    let threads = limit.min(commands.len());
    let commands = Mutex::new(commands.into_iter().enumerate());
    // The lock is held while a command is taken, and not while it runs.
    let take = || commands.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        while let Some((index, command)) = take() {
            outcomes[index].set(run(command)).expect("no other thread has taken it");
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let outcomes = outcomes.into_iter().map(OnceLock::into_inner);
    outcomes.map(|outcome| outcome.expect("every command was taken")).collect()
}

/// Runs a command to its end. `output` reads while the child runs, so a full pipe holds up nobody,
/// and it waits for the child, so no zombie is left.
fn run(mut command: Command) -> Outcome {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into())
    } else {
        Err(output.status.to_string())
    }
}
