//! Measures in blocks: see [`crate::protocol`] for the rules. Rows take turns, a block of each at a
//! time, so that the blocks of a row lie far apart.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};
use fastrand::Rng;
use figures::{
    calls::{Asked, Calls, VARIABLE},
    canary::Canary,
    machine::Machine,
    ticks::Ticks,
};
use harness::meter::Counters;
use workspace::{Workspace, output};

use crate::{
    commands::{self, Commands},
    counts, date, orphans,
    protocol::{PROTOCOL, Protocol, Quietness},
    raw::{self, Block, Counts, End, Header, Line, Turn},
    statement,
};

/// How often the canary is calibrated.
const CALIBRATIONS: usize = 21;
/// The files that decide on what is measured, beside the code.
const FILES: [&str; 2] = ["Cargo.lock", statement::PLACE];

/// What is to be measured.
#[derive(Debug, Default)]
pub struct Needed {
    /// The benchmarks, by row. One that stands twice is a control.
    pub benchmarks: BTreeMap<String, Vec<String>>,
    /// The arguments for `cost-of-a-task`, if it is needed.
    pub cost: Option<Vec<String>>,
    /// What is counted and not timed.
    pub counts: Vec<String>,
}

/// Measures, and writes the raw data to a file of its own in `folder`, line by line as it comes.
/// `show` is told what is going on. Returns the file's path.
///
/// # Errors
/// The benchmarks cannot be built, the file cannot be written, or the machine is too busy. A
/// benchmark that fails stops no other.
pub fn run(
    workspace: &Workspace,
    needed: &Needed,
    folder: &Path,
    show: impl Fn(&str),
) -> Result<PathBuf> {
    let rows = needed.benchmarks.keys().map(String::as_str);
    let built: Vec<&str> = rows.filter(|row| !commands::is_row(row)).collect();
    let programs = workspace.build_benchmarks(&built)?;
    let commands = Commands::build(workspace, needed.benchmarks.values().flatten())?;
    orphans::adopt();
    let machine = Machine::here();
    show("calibrating");
    let canaries: Vec<Canary> = (0..CALIBRATIONS).map(|_| Canary::run(machine.cores)).collect();
    let calibrated = Canary::median(&canaries).context("there is a calibration at least")?;
    let header = Header { python: commands.python(), ..header(workspace, machine, calibrated) };
    let seed = header.seed;
    let mut log = Log::create(folder, header)?;
    if let Some(arguments) = &needed.cost {
        show("cost-of-a-task, which takes some minutes");
        log.write(&Line::Cost { printed: cost(workspace, arguments)? })?;
    }
    if !needed.counts.is_empty() {
        show("counting");
        let counts = counts::count(workspace, &needed.counts)?;
        for (name, count) in needed.counts.iter().zip(counts) {
            let (name, fault) =
                (name.clone(), count.as_ref().err().map(|error| format!("{error:#}")));
            log.write(&Line::Count { name, count: count.ok(), fault })?;
        }
    }
    let mut measuring = Measuring {
        workspace,
        programs: &programs,
        commands: &commands,
        calibrated,
        random: Rng::with_seed(seed),
        faults: BTreeSet::new(),
        blocks: 0,
    };
    let mut rows = BTreeMap::new();
    for (row, benchmarks) in &needed.benchmarks {
        if let Some(reason) = commands.objection(row) {
            show(&format!("{row}: {reason}"));
            for benchmark in benchmarks.iter().collect::<BTreeSet<_>>() {
                let (benchmark, reason) = (benchmark.clone(), reason.to_owned());
                log.write(&Line::Fault { block: 0, benchmark, reason })?;
            }
        } else {
            rows.insert(row.clone(), Counts { planned: PROTOCOL.blocks, ..Counts::default() });
        }
    }
    loop {
        let mut open = false;
        for (row, benchmarks) in &needed.benchmarks {
            let Some(counts) = rows.get_mut(row) else { continue };
            if counts.accepted == counts.planned
                || counts.accepted + counts.rejected == PROTOCOL.attempts
            {
                continue;
            }
            open = true;
            show(&format!("{row}: {} of {} blocks accepted", counts.accepted, counts.planned));
            let rejected = measuring.block(row, benchmarks, &mut log)?;
            match &rejected {
                None => counts.accepted += 1,
                Some(reason) => {
                    counts.rejected += 1;
                    show(&format!("{row}: a block is rejected, {reason}"));
                }
            }
            let accepted: usize = rows.values().map(|counts| counts.accepted).sum();
            if let Some(reason) = rejected
                && accepted == 0
                && measuring.blocks >= PROTOCOL.patience
            {
                bail!(
                    "the machine is too busy to measure anything: none of {} blocks was accepted; \
                     in the last, {reason}",
                    measuring.blocks
                );
            }
        }
        if !open {
            break;
        }
    }
    log.write(&Line::End(End { ended: date::time(date::now()), rows }))?;
    Ok(log.path)
}

/// The file that a run is written to.
struct Log {
    path: PathBuf,
    file: fs::File,
}

impl Log {
    fn create(folder: &Path, header: Header) -> Result<Self> {
        let path = raw::path(folder, &header.begun);
        let cannot = || format!("cannot write {}", path.display());
        fs::create_dir_all(folder).with_context(cannot)?;
        let file = fs::File::create(&path).with_context(cannot)?;
        let mut log = Self { path, file };
        log.write(&Line::Run(Box::new(header)))?;
        Ok(log)
    }

    fn write(&mut self, line: &Line) -> Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        let cannot = || format!("cannot write {}", self.path.display());
        self.file.write_all(text.as_bytes()).with_context(cannot)
    }
}

/// A measurement under way.
struct Measuring<'a> {
    workspace: &'a Workspace,
    programs: &'a BTreeMap<String, PathBuf>,
    commands: &'a Commands<'a>,
    calibrated: Canary,
    random: Rng,
    /// The benchmarks that have failed.
    faults: BTreeSet<String>,
    blocks: usize,
}

impl Measuring<'_> {
    /// Measures a block; says why it does not count, if it doesn't.
    fn block(&mut self, row: &str, benchmarks: &[String], log: &mut Log) -> Result<Option<String>> {
        self.blocks += 1;
        let block = self.blocks;
        let mut order: Vec<&String> = benchmarks.iter().collect();
        self.random.shuffle(&mut order);
        let watch = Watch::start(self.calibrated.cores);
        let mut seen = BTreeSet::new();
        for (position, benchmark) in (1..).zip(order) {
            let again = !seen.insert(benchmark);
            if self.faults.contains(benchmark) {
                continue;
            }
            match self.calls(row, benchmark) {
                Ok(calls) => {
                    let benchmark = benchmark.clone();
                    let turn = Turn { block, position, benchmark, again, calls };
                    log.write(&Line::Turn(Box::new(turn)))?;
                }
                Err(error) => {
                    self.faults.insert(benchmark.clone());
                    let (benchmark, reason) = (benchmark.clone(), format!("{error:#}"));
                    log.write(&Line::Fault { block, benchmark, reason })?;
                }
            }
        }
        let quietness = watch.stop();
        let rejected = PROTOCOL.objection(&quietness, &self.calibrated);
        let Quietness { stolen, others, kernel, canaries } = quietness;
        let (row, reason) = (row.to_owned(), rejected.clone());
        log.write(&Line::Block(Block {
            block,
            row,
            rejected: reason,
            stolen,
            others,
            kernel,
            canaries,
        }))?;
        Ok(rejected)
    }

    /// Has the row's program make the calls of a benchmark, or runs the program that is one.
    fn calls(&self, row: &str, benchmark: &str) -> Result<Calls> {
        let Protocol { calls, runs, .. } = PROTOCOL;
        if commands::is_row(row) {
            return self.commands.calls(benchmark, runs);
        }
        let asked = Asked { benchmark: benchmark.to_owned(), calls };
        let program = self.programs.get(row).context("its row has no benchmarks")?;
        let ran = Command::new(program)
            .env(VARIABLE, serde_json::to_string(&asked)?)
            // Where cargo would run it.
            .current_dir(self.workspace.root().join("benches").join(row))
            .stdin(Stdio::null())
            .output()
            .context("its program cannot be started")?;
        if !ran.status.success() {
            let last = output::last_line(&ran.stderr).unwrap_or_default();
            bail!("its program failed ({}): {last}", ran.status);
        }
        serde_json::from_slice(&ran.stdout).context("its program did not say what the calls took")
    }
}

/// Looks at the machine while a block is measured.
struct Watch {
    cores: usize,
    before: Canary,
    ticks: Option<Ticks>,
    own: Option<Counters>,
    start: Instant,
}

impl Watch {
    fn start(cores: usize) -> Self {
        let before = Canary::run(cores);
        let (ticks, own) = (Ticks::now(), Counters::now());
        Self { cores, before, ticks, own, start: Instant::now() }
    }

    fn stop(self) -> Quietness {
        let elapsed = self.start.elapsed().as_secs_f64() * self.cores as f64;
        let spent = self.ticks.zip(Ticks::now()).and_then(|(before, now)| now.since(before));
        // The programs of the block have ended, so their times are among those of this one's children.
        orphans::count();
        let own = self.own.zip(Counters::now()).map(|(before, now)| {
            let own = now - before;
            (own.user_ns + own.system_ns) as f64 / 1e9 / elapsed
        });
        Quietness {
            stolen: spent.map(|spent| spent.stolen),
            // What the kernel's own threads do, they do for the benchmarks if nobody else runs, and
            // programs that run are seen by their own time.
            others: spent
                .zip(own)
                .map(|(spent, own)| (spent.computing - spent.kernel - own).max(0.0)),
            kernel: spent.map(|spent| spent.kernel),
            canaries: [self.before, Canary::run(self.cores)],
        }
    }
}

/// What is measured, where and how.
fn header(workspace: &Workspace, machine: Machine, calibrated: Canary) -> Header {
    let git = |arguments: &[&str]| said(workspace, "git", arguments);
    let hash = |file: &str| Some((file.to_owned(), git(&["hash-object", file])?));
    let arguments: Vec<String> = env::args().skip(1).collect();
    Header {
        version: raw::VERSION,
        begun: date::time(date::now()),
        command: format!("cargo run --release -p claims -- {}", arguments.join(" ")),
        protocol: PROTOCOL,
        seed: fastrand::u64(..1 << 53),
        commit: git(&["rev-parse", "HEAD"]),
        dirty: git(&["status", "--porcelain"]).map(|changed| !changed.is_empty()),
        files: FILES.into_iter().filter_map(hash).collect(),
        python: None,
        rustc: said(workspace, "rustc", &["--version"]).unwrap_or_default(),
        kernel: fs::read_to_string("/proc/sys/kernel/osrelease")
            .ok()
            .map(|release| release.trim().to_owned()),
        machine,
        calibrated,
    }
}

/// What a program prints, called at the root of the workspace; `None` if it fails.
fn said(workspace: &Workspace, program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    let ran = command.args(arguments).current_dir(workspace.root()).output().ok()?;
    let text = String::from_utf8(ran.stdout).ok()?;
    ran.status.success().then(|| text.trim().to_owned())
}

/// Runs `cost-of-a-task`, and returns what it prints.
fn cost(workspace: &Workspace, arguments: &[String]) -> Result<serde_json::Value> {
    let output = Command::new(env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
        .args(["run", "--release", "-p", "cost-of-a-task", "--"])
        .args(arguments)
        .current_dir(workspace.root())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    // What it could measure, it has printed, even if something else failed.
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("cost-of-a-task failed ({})", output.status))
}
