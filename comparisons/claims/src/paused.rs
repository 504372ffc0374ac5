//! How long a cell's function takes on tokio's paused clock, as the program `paused-clock` says it. That
//! clock stands still while any task runs, so nothing but the waits takes any time.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use workspace::{Workspace, output};

/// The program, and its package.
pub(crate) const PROGRAM: &str = "paused-clock";
/// The feature that lets its runtime pause the clock.
const FEATURE: &str = "test-util";
/// The package of the only cell whose function it calls.
const CELL: &str = "sleep-tokio";

/// Builds the program, and says where it is.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    Ok(workspace.build_tool(PROGRAM, &[FEATURE])?)
}

/// The time that the cell's function takes, in nanoseconds.
pub fn count(program: &Path, cell: &str, arguments: &[String]) -> Result<u64> {
    if cell != CELL {
        bail!("{PROGRAM} runs the function of {CELL}, not of {cell}");
    }
    let ran = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{PROGRAM} cannot be started"))?;
    if !ran.status.success() {
        let last = output::last_line(&ran.stderr).unwrap_or_default();
        bail!("{PROGRAM} failed ({}): {last}", ran.status);
    }
    let nanos = String::from_utf8_lossy(&ran.stdout);
    nanos.trim().parse().with_context(|| format!("{PROGRAM} did not print a time"))
}
