//! Programs as benchmarks: what is measured of them is what they report of themselves.
//!
//! - `python/<row>/<version>/<arguments>` is a version in Python:
//!   `python/primes/threading/below=1000,workers=2` runs `comparisons.python.primes.threading` with
//!   `--below 1000 --workers 2`. Its time is the one that the program measures itself, which is that
//!   of the row's function: the start of the interpreter doesn't count, the start of worker processes
//!   does.
//! - `pairs/<pair>` is a pair of a wrong and a right way. Both run in one process, the wrong way first,
//!   as a reader sees them. Its figures are those that it prints with `--json`:
//!   `pairs/one-writer#wrong`.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use figures::calls::Calls;
use serde::Deserialize;
use workspace::{
    BASELINE, Workspace,
    prepared::PreparedInput,
    python::Interpreter,
    run::{self, Report},
};

/// The row of the versions in Python.
const PYTHON: &str = "python";
/// The row of the pairs.
const PAIRS: &str = "pairs";

/// How long a run may take, and the preparation of its input: many times as long as any does.
const DEADLINE: Duration = Duration::from_mins(1);

/// The version of the JSON of a pair that is understood here.
const VERSION: u32 = 1;

/// Whether what is measured in a row are programs.
#[must_use]
pub fn is_row(row: &str) -> bool {
    [PYTHON, PAIRS].contains(&row)
}

/// The programs, ready to be run.
#[derive(Debug)]
pub struct Commands<'a> {
    workspace: &'a Workspace,
    /// The Python, or why there is none to measure with.
    python: Result<Interpreter, String>,
    /// By their packages: the pairs, and the baselines that prepare the input of versions in Python.
    programs: BTreeMap<String, PathBuf>,
}

/// What is run.
#[derive(Debug, PartialEq, Eq)]
enum Program<'a> {
    Python { row: &'a str, version: &'a str, flags: Vec<String> },
    Pair(&'a str),
}

/// What a pair prints.
#[derive(Deserialize)]
struct Printed {
    version: u32,
    figures: BTreeMap<String, f64>,
}

impl<'a> Commands<'a> {
    /// Builds what those of these benchmarks need that are programs.
    ///
    /// # Errors
    /// A program cannot be built. That there is no Python is no error, but an [`Self::objection`].
    pub fn build<'b>(
        workspace: &'a Workspace,
        benchmarks: impl Iterator<Item = &'b String>,
    ) -> Result<Self> {
        let programs: Vec<Program> = benchmarks.filter_map(|name| program(name)).collect();
        let is_python = |program: &Program| matches!(program, Program::Python { .. });
        let python = if programs.iter().any(is_python) {
            python(workspace)
        } else {
            Err("no program in it was asked for".into())
        };
        let packages: BTreeSet<String> = programs
            .iter()
            .filter(|program| python.is_ok() || !is_python(program))
            .map(Program::package)
            .collect();
        let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
        let programs = workspace.build_tools(&packages)?;
        Ok(Self { workspace, python, programs })
    }

    /// Which Python the programs in it run with; `None` if none do.
    #[must_use]
    pub fn python(&self) -> Option<String> {
        let Interpreter { version, aiohttp, .. } = self.python.as_ref().ok()?;
        let aiohttp = aiohttp.as_ref().map(|version| format!(", aiohttp {version}"));
        Some(version.clone() + &aiohttp.unwrap_or_default())
    }

    /// Why nothing in a row can be measured; `None` if it can.
    #[must_use]
    pub fn objection(&self, row: &str) -> Option<&str> {
        self.python.as_ref().err().map(String::as_str).filter(|_| row == PYTHON)
    }

    /// Runs a benchmark so many times, and once before that, which doesn't count.
    ///
    /// # Errors
    /// It cannot be run, fails, or answers differently from one run to the next.
    pub fn calls(&self, benchmark: &str, runs: usize) -> Result<Calls> {
        match program(benchmark).with_context(|| format!("{benchmark} names no program"))? {
            Program::Python { row, version, flags } => {
                self.python_calls(row, version, &flags, runs)
            }
            Program::Pair(pair) => self.pair_calls(pair, runs),
        }
    }

    fn python_calls(
        &self,
        row: &str,
        version: &str,
        flags: &[String],
        runs: usize,
    ) -> Result<Calls> {
        let python = match &self.python {
            Ok(python) => python,
            Err(reason) => bail!("{reason}"),
        };
        let versions = self.workspace.python_cells(row, python)?;
        let name = format!("{} {version}", python.name);
        let cell = versions.iter().find(|cell| cell.approach.name() == name);
        let cell = cell.with_context(|| format!("there is no {row}/{version} in Python"))?;
        let baseline = self.program(&baseline(row))?;
        let input = PreparedInput::start(baseline, flags, DEADLINE)?;
        let arguments = [flags, input.arguments()].concat();
        let mut calls = Calls { job: flags.join(" "), ..Calls::default() };
        for run in 0..=runs {
            let report = run::run(cell, &python.program, &arguments, DEADLINE)?;
            ensure!(report.failures.is_empty(), "units failed: {:?}", report.failures);
            let answer = format!("{:08x}", crc32fast::hash(report.answer.to_string().as_bytes()));
            if run == 0 {
                calls.answer = answer;
            } else {
                ensure!(answer == calls.answer, "the answer differs from that of the first run");
                note(&mut calls, &report);
            }
        }
        Ok(calls)
    }

    fn pair_calls(&self, pair: &str, runs: usize) -> Result<Calls> {
        let program = self.program(pair)?;
        let mut calls = Calls::default();
        for run in 0..=runs {
            let start = Instant::now();
            let printed = run::output_of(program, &["--json".into()], DEADLINE)?;
            let wall = start.elapsed();
            let Printed { version, figures } = serde_json::from_str(&printed)
                .with_context(|| format!("{pair} --json printed something else"))?;
            if version != VERSION {
                bail!("{pair} printed version {version}, not {VERSION}");
            }
            if run > 0 {
                calls.wall_ns.push(u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX));
                for (name, figure) in figures {
                    calls.figures.entry(name).or_default().push(figure);
                }
            }
        }
        Ok(calls)
    }

    fn program(&self, package: &str) -> Result<&PathBuf> {
        self.programs.get(package).with_context(|| format!("{package} is not built"))
    }
}

impl Program<'_> {
    /// The package that has to be built for it.
    fn package(&self) -> String {
        match self {
            Self::Python { row, .. } => baseline(row),
            Self::Pair(pair) => (*pair).to_owned(),
        }
    }
}

/// What a benchmark of this name runs; `None` if it is no program.
fn program(benchmark: &str) -> Option<Program<'_>> {
    let (row, rest) = benchmark.split_once('/')?;
    match row {
        PAIRS => Some(Program::Pair(rest)),
        PYTHON => {
            let mut parts = rest.splitn(3, '/');
            let (row, version) = (parts.next()?, parts.next()?);
            let pairs = parts.next()?.split(',').map(|pair| pair.split_once('='));
            let pairs = pairs.collect::<Option<Vec<_>>>()?.into_iter();
            let flags = pairs.flat_map(|(name, value)| [format!("--{name}"), value.to_owned()]);
            Some(Program::Python { row, version, flags: flags.collect() })
        }
        _ => None,
    }
}

/// The package of the program that prepares the input of a row, such as the site of http.
fn baseline(row: &str) -> String {
    format!("{row}-{}", BASELINE.name)
}

/// The usual Python, which has to have the lock that the claims speak of.
fn python(workspace: &Workspace) -> Result<Interpreter, String> {
    let found = workspace.interpreters().map_err(|error| error.to_string())?;
    let python = found.into_iter().next().ok_or("there is no python3")?;
    if python.gil {
        Ok(python)
    } else {
        Err("python3 has no global interpreter lock, and the claims speak of one".into())
    }
}

/// Notes what a run in Python took.
fn note(calls: &mut Calls, report: &Report) {
    let usage = &report.usage;
    calls.wall_ns.push(usage.wall_ns);
    calls.in_flight.push(usage.peak_in_flight);
    // What the system does not tell is left out.
    calls.user_ns.extend(usage.cpu_user_ns);
    calls.system_ns.extend(usage.cpu_system_ns);
    calls.voluntary_switches.extend(usage.voluntary_switches);
    calls.involuntary_switches.extend(usage.involuntary_switches);
    calls.memory_bytes.extend(usage.peak_rss_bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_which_program_is_run() {
        let flags = ["--below", "1000", "--workers", "2"].map(str::to_owned).to_vec();
        assert_eq!(
            program("python/primes/threading/below=1000,workers=2"),
            Some(Program::Python { row: "primes", version: "threading", flags })
        );
        assert_eq!(program("pairs/one-writer"), Some(Program::Pair("one-writer")));
        for name in ["primes/threads/workers=2", "python/primes/threading", "python/a/b/c"] {
            assert_eq!(program(name), None, "{name}");
        }
    }
}
