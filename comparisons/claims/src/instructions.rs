//! How many instructions a cell's program executes, as valgrind's tool callgrind counts them. The
//! count is the same whatever else the machine does, so it tells differences that no clock can.
//!
//! A figure is called `instructions/<row>/<approach>/<arguments>`:
//! `instructions/primes/tokio/below=1000000,workers=1` is the count of
//! `primes-tokio --below 1000000 --workers 1`.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use workspace::{Profile, Workspace};

/// With what all names of these figures begin.
pub const PREFIX: &str = "instructions/";

/// The package of the program, and its arguments.
fn program(name: &str) -> Option<(String, Vec<String>)> {
    let mut parts = name.strip_prefix(PREFIX)?.splitn(3, '/');
    let package = format!("{}-{}", parts.next()?, parts.next()?);
    let pairs = parts.next()?.split(',').map(|pair| pair.split_once('='));
    let arguments = pairs.collect::<Option<Vec<_>>>()?.into_iter();
    let arguments = arguments.flat_map(|(name, value)| [format!("--{name}"), value.to_owned()]);
    Some((package, arguments.collect()))
}

/// Builds the programs that these names speak of and counts the instructions of each; the error of
/// one says why there is no count.
///
/// # Errors
/// The programs cannot be built.
pub fn count(workspace: &Workspace, names: &[String]) -> Result<Vec<Result<u64>>> {
    let known: Vec<Option<(String, Vec<String>)>> =
        names.iter().map(|name| program(name)).collect();
    let cells = workspace.rows().iter().flat_map(|row| &row.cells);
    let is_asked_for = |package: &str| known.iter().flatten().any(|(known, _)| known == package);
    let cells: Vec<_> = cells.filter(|cell| is_asked_for(&cell.package())).collect();
    let programs = workspace.build(&cells, Profile::Release)?;
    let counts = known.into_iter().zip(names).map(|(known, name)| {
        let (package, arguments) = known.with_context(|| format!("{name} names no program"))?;
        let program = programs.get(&package);
        let program = program.with_context(|| format!("there is no program {package}"))?;
        count_one(program, &arguments)
    });
    Ok(counts.collect())
}

fn count_one(program: &Path, arguments: &[String]) -> Result<u64> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_is_run() {
        let (package, arguments) =
            program("instructions/primes/async-std/below=1000,workers=1").expect("it says it");
        assert_eq!(package, "primes-async-std");
        assert_eq!(arguments, ["--below", "1000", "--workers", "1"]);
        for name in ["primes/tokio/workers=1", "instructions/primes", "instructions/a/b/c"] {
            assert_eq!(program(name), None);
        }
    }
}
