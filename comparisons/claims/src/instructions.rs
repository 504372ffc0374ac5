//! How many instructions a program executes, as valgrind's tool callgrind counts them. The count is
//! the same whatever else the machine does, so it tells differences that no clock can.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// Counts the instructions of a program.
pub fn count(program: &Path, arguments: &[String]) -> Result<u64> {
    let ran = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .context("valgrind cannot be started")?;
    let text = String::from_utf8_lossy(&ran.stderr);
    if !ran.status.success() {
        bail!("valgrind failed ({}): {}", ran.status, text.lines().last().unwrap_or_default());
    }
    let count = text.lines().find_map(|line| line.split_once("Collected : "));
    let (_, count) = count.context("callgrind did not say how many instructions there were")?;
    count.trim().parse().context("callgrind's count is no number")
}
