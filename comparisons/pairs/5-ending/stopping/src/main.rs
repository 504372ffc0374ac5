//! Stopping: workers are told to stop, or are stopped, in the middle of a file.
//!
//! ```sh
//! cargo run --release -p stopping
//! ```

mod channel;
mod child;
mod deadline;
mod dropped;
mod file;
mod flag;
mod found;
mod job;
mod process;
mod right;
mod spawn;
#[cfg(test)]
mod tests;
mod wrong;

use std::{error::Error, io, path::Path, process::ExitCode, time::Duration};

use found::{Found, found};
use nix::sys::signal::Signal::{SIGKILL, SIGTERM};
use pair::{Choice, Stage};
use process::By;

const ABOUT: &str = "\
Five workers write files, 8 pieces each, with a wait of 5 ms before the next piece.
In the middle of the second file they are told to stop, or are stopped, in ten ways.";

/// What became of one way.
struct Stopped {
    label: &'static str,
    found: Found,
    /// How long it took until all workers had stopped.
    after: Duration,
}

fn main() -> ExitCode {
    match child::be_one() {
        None => pair::show(ABOUT, "worker", show),
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(_)) => ExitCode::FAILURE,
    }
}

fn show(stage: &mut Stage) -> Result<(), Box<dyn Error>> {
    stage.ask(
        "A process writes to a temporary name and renames. It is killed with SIGKILL. What is left?",
        ["whole files only", "whole files and temporary ones", "half a file under its own name"],
    );
    let wrong = stop(stage, "wrong: abort a task", wrong::run)?;
    let right = stop(stage, "right: cancel a token, and wait", right::run)?;
    let (stopped, left) = (right.found, right.found.half + right.found.temporary);
    if stage.wants_only(&[
        ("wrong-half", wrong.found.half as f64),
        ("right-whole", stopped.whole as f64),
        ("right-files", (stopped.whole + left) as f64),
    ]) {
        return Ok(());
    }
    let deadline = stop(stage, "also: a deadline for one that does not listen", deadline::run)?;
    let dropped = stop(stage, "also: cancel a smol task", dropped::run)?;
    let flag = stop(stage, "also: a flag for threads", flag::run)?;
    let channel = stop(stage, "also: close the channel", channel::run)?;
    let pipe = stop(stage, "also: close a child's pipe", |folder| {
        process::run(folder, By::ClosedPipe, false)
    })?;
    let term = stop(stage, "also: send SIGTERM to a child", |folder| {
        process::run(folder, By::Signal(SIGTERM), false)
    })?;
    let renaming = stop(stage, "wrong, too: kill a child", |folder| {
        process::run(folder, By::Signal(SIGKILL), false)
    })?;
    let in_place = stop(stage, "wrong, too: kill a child that never renames", |folder| {
        process::run(folder, By::Signal(SIGKILL), true)
    })?;
    let all =
        [&wrong, &right, &deadline, &dropped, &flag, &channel, &pipe, &term, &renaming, &in_place];

    let mut rows =
        vec![["", "whole files", "half-written", "temporary", "stopped after"].map(str::to_owned)];
    rows.extend(all.map(row));
    stage.contrast(&rows);
    let told = [&right, &deadline, &dropped, &flag, &channel, &pipe, &term];
    let left: usize = told.map(|way| way.found.half + way.found.temporary).iter().sum();
    let confirmed = match renaming.found {
        Found { half: 1.., .. } => Choice::C,
        Found { temporary: 1.., .. } => Choice::B,
        _ => Choice::A,
    };
    stage.conclude(
        confirmed,
        &format!(
            "An abort left {} half-written files, SIGKILL {} temporary ones, or {} half-written \
             without the\nrename, and the other ways {} of either. A dropped future runs its \
             destructors and a killed\nprocess runs nothing, so let only the name say that a file \
             is whole.",
            wrong.found.half, renaming.found.temporary, in_place.found.half, left
        ),
    );
    Ok(())
}

/// Runs one way in a folder of its own.
fn stop(
    stage: &mut Stage,
    label: &'static str,
    way: impl FnOnce(&Path) -> io::Result<Duration>,
) -> io::Result<Stopped> {
    let folder = tempfile::tempdir()?;
    let after = stage.run(label, || way(folder.path())).value?;
    Ok(Stopped { label, found: found(folder.path())?, after })
}

fn row(stopped: &Stopped) -> [String; 5] {
    let Found { whole, half, temporary } = stopped.found;
    let label = stopped.label.split_once(": ").map_or(stopped.label, |(_, label)| label);
    let counts = [whole, half, temporary].map(|count| count.to_string());
    let [whole, half, temporary] = counts;
    [
        label.to_owned(),
        whole,
        half,
        temporary,
        format!("{:.1} ms", 1e3 * stopped.after.as_secs_f64()),
    ]
}
