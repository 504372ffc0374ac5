//! Figures that are counted and not timed, each by a run of a cell's code that a tool watches. No noise
//! touches them, but a tool may be missing.
//!
//! A figure is called `<kind>/<row>/<approach>/<arguments>`:
//!
//! - `instructions/primes/tokio/below=1000000,workers=1` is how many instructions
//!   `primes-tokio --below 1000000 --workers 1` executes, see [`crate::instructions`];
//! - `syscalls/http/threads/tasks=200,limit=20#clone` is how often `http-threads --tasks 200 --limit 20`
//!   makes the system call `clone`, see [`crate::syscalls`];
//! - `paused/sleep/tokio/tasks=100,limit=20,latency=10ms` is how long the function of `sleep-tokio` takes
//!   on a clock that moves only while all tasks wait, in nanoseconds, see [`crate::paused`].

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use workspace::{Profile, Workspace};

use crate::{instructions, paused, syscalls};

/// What is counted, and who counts it: valgrind's tool, strace, or tokio's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind<'a> {
    Instructions,
    /// Calls of this name.
    Calls(&'a str),
    Paused,
}

/// A figure, by the parts of its name.
#[derive(Debug, PartialEq, Eq)]
struct Figure<'a> {
    kind: Kind<'a>,
    /// The package of the cell.
    package: String,
    arguments: Vec<String>,
}

impl<'a> Figure<'a> {
    fn named(name: &'a str) -> Option<Self> {
        let (name, call) = name.split_once('#').map_or((name, None), |(a, b)| (a, Some(b)));
        let mut parts = name.splitn(4, '/');
        let kind = match (parts.next()?, call) {
            ("instructions", None) => Kind::Instructions,
            ("syscalls", Some(call)) => Kind::Calls(call),
            ("paused", None) => Kind::Paused,
            _ => return None,
        };
        let package = format!("{}-{}", parts.next()?, parts.next()?);
        let pairs = parts.next()?.split(',').map(|pair| pair.split_once('='));
        let arguments = pairs.collect::<Option<Vec<_>>>()?.into_iter();
        let arguments = arguments.flat_map(|(name, value)| [format!("--{name}"), value.to_owned()]);
        Some(Self { kind, package, arguments: arguments.collect() })
    }
}

/// Who counts the figure of this name; `None` if it is none of these.
#[must_use]
pub fn counted_by(name: &str) -> Option<&'static str> {
    Some(match Figure::named(name)?.kind {
        Kind::Instructions => "callgrind",
        Kind::Calls(_) => "strace",
        Kind::Paused => "tokio's paused clock",
    })
}

/// The row of the figure of this name; `None` if it is not counted.
#[must_use]
pub fn row(name: &str) -> Option<&str> {
    counted_by(name)?;
    name.split('/').nth(1)
}

/// Builds the programs that these names speak of and counts each figure; the error of one says why
/// there is no count.
///
/// # Errors
/// The programs cannot be built.
pub fn count(workspace: &Workspace, names: &[String]) -> Result<Vec<Result<u64>>> {
    let figures: Vec<Option<Figure>> = names.iter().map(|name| Figure::named(name)).collect();
    let is_asked_for = |package: &str| {
        let mut run = figures.iter().flatten().filter(|figure| figure.kind != Kind::Paused);
        run.any(|figure| figure.package == package)
    };
    let cells = workspace.rows().iter().flat_map(|row| &row.cells);
    let cells: Vec<_> = cells.filter(|cell| is_asked_for(&cell.package())).collect();
    let mut programs = workspace.build(&cells, Profile::Release)?;
    if figures.iter().flatten().any(|figure| figure.kind == Kind::Paused) {
        programs.insert(paused::PROGRAM.into(), paused::build(workspace)?);
    }
    let counts = figures.iter().zip(names).map(|(figure, name)| {
        let figure = figure.as_ref().with_context(|| format!("{name} names no program"))?;
        count_one(&programs, figure)
    });
    Ok(counts.collect())
}

fn count_one(
    programs: &BTreeMap<String, std::path::PathBuf>,
    Figure { kind, package, arguments }: &Figure,
) -> Result<u64> {
    let program =
        |name: &str| programs.get(name).with_context(|| format!("there is no program {name}"));
    match kind {
        Kind::Instructions => instructions::count(program(package)?, arguments),
        Kind::Calls(call) => syscalls::count(program(package)?, arguments, call),
        Kind::Paused => paused::count(program(paused::PROGRAM)?, package, arguments),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_is_run_and_what_is_counted() {
        for (name, kind, package, arguments) in [
            (
                "instructions/primes/async-std/below=1000,workers=1",
                Kind::Instructions,
                "primes-async-std",
                &["--below", "1000", "--workers", "1"][..],
            ),
            (
                "syscalls/http/one-task/tasks=20#epoll_wait",
                Kind::Calls("epoll_wait"),
                "http-one-task",
                &["--tasks", "20"],
            ),
            ("paused/sleep/tokio/limit=2", Kind::Paused, "sleep-tokio", &["--limit", "2"]),
        ] {
            let figure = Figure::named(name).expect("it says it");
            let arguments = arguments.iter().map(ToString::to_string).collect();
            assert_eq!(figure, Figure { kind, package: package.into(), arguments });
            assert!(package.starts_with(row(name).expect("it is counted")));
        }
        for name in [
            "primes/tokio/workers=1",
            "instructions/primes",
            "instructions/a/b/c",
            "syscalls/http/tokio/tasks=20",
            "paused/sleep/tokio/limit=2#clone",
            "cost/create/thread/1",
        ] {
            assert_eq!(Figure::named(name), None);
            assert_eq!((counted_by(name), row(name)), (None, None));
        }
    }
}
