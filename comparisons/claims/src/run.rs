//! Measures what the claims need, in rounds: each runs every benchmark once, shortly and in an order
//! of its own, through the criterion program of its row. What slows the machine down for a while
//! meets all of them alike, so that their ratios, taken round by round, hardly change.
//!
//! After 8 rounds the claims are judged; those that are inconclusive go on to 16, and then to 32.
//! To look after every round, and to stop when one likes what one sees, would turn chance into
//! verdicts; three looks do so little.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result};
use fastrand::Rng;
use figures::machine::Machine;
use workspace::{Workspace, output};

use crate::{
    cost,
    criterion::{Criterion, Work},
    evidence::Evidence,
    rounds::{self, Run},
    statement::{self, Claim, Claims},
    verdict::{self, Verdict},
};

/// After how many rounds the claims are judged. After the last, nothing goes on.
pub const LOOKS: [usize; 3] = [8, 16, 32];

/// How long a benchmark takes in a round, in seconds, if a single iteration does not take longer.
const SECONDS: &str = "0.1";

/// Measures what these claims need, and what else is named, and keeps the results below `kept`
/// after each round. `show` is told what is going on.
///
/// What cannot be measured here (a row without benchmarks, a benchmark that fails) does not stop
/// the others.
///
/// # Errors
/// The benchmarks cannot be built, or the results cannot be kept.
pub fn rounds(
    workspace: &Workspace,
    claims: &Claims,
    selected: &[&Claim],
    also: &[String],
    kept: &Path,
    show: impl Fn(&str),
) -> Result<()> {
    let machine = Machine::here();
    let cores = machine.cores;
    let selected: Vec<&Claim> =
        selected.iter().copied().filter(|claim| claim.needs_cores <= cores).collect();
    if selected.iter().flat_map(|claim| claim.names()).any(|name| name.starts_with(cost::PREFIX)) {
        show("cost-of-a-task, which takes some minutes");
        run_cost(workspace, claims, kept)?;
    }

    let mut needed = needed(&selected, also, cores);
    let programs = build(workspace, &needed)?;
    needed.retain(|name| program(&programs, name).is_some());

    let mut run = Run::begin(machine);
    let mut random = Rng::with_seed(0);
    for look in LOOKS {
        while run.rounds.len() < look && !needed.is_empty() {
            let number = run.rounds.len() + 1;
            let mut turns: Vec<&String> = needed.iter().collect();
            random.shuffle(&mut turns);
            let mut round = BTreeMap::new();
            for (turn, name) in turns.iter().enumerate() {
                show(&format!("round {number} of {look}, {} of {}: {name}", turn + 1, turns.len()));
                measure(workspace, &programs, name, &mut run, &mut round);
            }
            run.rounds.push(round);
            run.keep(kept)?;
            needed.retain(|name| !run.faults.contains_key(rounds::benchmark(name)));
        }
        let evidence = Evidence::of_run(run.clone(), kept);
        let mut open = selected.clone();
        open.retain(|claim| {
            verdict::judge(claim, &evidence, cores).verdict == Verdict::Inconclusive
        });
        let open = self::needed(&open, &[], cores);
        needed.retain(|name| open.contains(name));
    }
    Ok(())
}

/// The names of the benchmarks that these claims need, and the others; that of a control twice.
fn needed(claims: &[&Claim], also: &[String], cores: usize) -> BTreeSet<String> {
    let mut needed: BTreeSet<String> =
        also.iter().map(|name| statement::on_cores(name, cores)).collect();
    for claim in claims {
        needed.extend(claim.names().map(|name| statement::on_cores(name, cores)));
        let controls = claim.ratios.iter().filter(|ratio| ratio.is_control());
        needed.extend(controls.map(|ratio| rounds::again(&statement::on_cores(&ratio.to, cores))));
    }
    needed.retain(|name| !name.starts_with(cost::PREFIX));
    needed
}

/// The programs with these benchmarks, by the names of their rows. A row without benchmarks has none.
fn build(workspace: &Workspace, names: &BTreeSet<String>) -> Result<BTreeMap<String, PathBuf>> {
    let rows: BTreeSet<&str> =
        names.iter().map(|name| row(name)).filter(|row| workspace.has_benchmarks(row)).collect();
    Ok(workspace.build_benchmarks(&rows.into_iter().collect::<Vec<_>>())?)
}

fn program<'a>(programs: &'a BTreeMap<String, PathBuf>, name: &str) -> Option<&'a Path> {
    programs.get(row(name)).map(PathBuf::as_path)
}

/// The row that a benchmark belongs to.
fn row(name: &str) -> &str {
    name.split_once('/').map_or(name, |(row, _)| row)
}

/// Runs one benchmark, and notes in the round how long it took.
fn measure(
    workspace: &Workspace,
    programs: &BTreeMap<String, PathBuf>,
    name: &str,
    run: &mut Run,
    round: &mut BTreeMap<String, f64>,
) {
    let benchmark = rounds::benchmark(name);
    // In the round in which it has failed, its second turn is left out too.
    if run.faults.contains_key(benchmark) {
        return;
    }
    let program = program(programs, name).expect("only what can be run is needed");
    match time(workspace, program, benchmark) {
        Ok((time, work)) => {
            round.insert(name.to_owned(), time);
            run.work.extend(work.map(|work| (name.to_owned(), work)));
        }
        Err(fault) => {
            run.faults.insert(benchmark.to_owned(), format!("{fault:#}"));
        }
    }
}

/// The time of an iteration of a benchmark in nanoseconds, and how much the iteration does.
fn time(workspace: &Workspace, program: &Path, name: &str) -> Result<(f64, Option<Work>)> {
    let home = tempfile::tempdir().context("cannot make a temporary folder")?;
    let output = Command::new(program)
        .args(["--bench", "--exact", name, "--quick", "--noplot", "--measurement-time", SECONDS])
        .env("CRITERION_HOME", home.path())
        // Where cargo would run it.
        .current_dir(workspace.root().join("benches").join(row(name)))
        .stdin(Stdio::null())
        .output()
        .context("its program cannot be started")?;
    if !output.status.success() {
        let last = output::last_line(&output.stderr).unwrap_or_default();
        anyhow::bail!("its program failed ({}): {last}", output.status);
    }
    let criterion = Criterion::read(home.path());
    let Ok((samples, _)) = criterion.samples(name) else {
        anyhow::bail!("its row has no benchmark of that name");
    };
    // The last sample has the most iterations, and so the least of what the first ones found cold.
    let time = *samples.last().context("it left no sample")?;
    Ok((time, criterion.work(name).cloned()))
}

/// Runs `cost-of-a-task` for the figures that any of the claims needs, and keeps what it prints.
fn run_cost(workspace: &Workspace, claims: &Claims, kept: &Path) -> Result<()> {
    if !workspace.root().join("comparisons/cost-of-a-task").is_dir() {
        return Ok(());
    }
    let names = claims.claims.iter().flat_map(Claim::names);
    let output = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
        .args(["run", "--release", "-p", "cost-of-a-task", "--"])
        .args(cost::arguments(names))
        .current_dir(workspace.root())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    // What it could measure, it has printed, even if something else failed.
    let json = String::from_utf8(output.stdout).context("cost-of-a-task printed no text")?;
    anyhow::ensure!(!json.is_empty(), "cost-of-a-task failed ({})", output.status);
    cost::keep(kept, &json)
}
