//! Says which claims hold on this machine: `cargo run --release -p claims`.

use std::{
    env, fs,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use claims::{
    Judged, Recorded, RecordedError, Verdict,
    evidence::Evidence,
    report,
    results::{self, recorded},
    run,
    statement::{self, Claim, Claims},
    today, update, verdict,
};
use clap::Parser;
use figures::machine::{Load, Machine};
use harness::is_broken_pipe;
use serde::Serialize;
use workspace::Workspace;

/// Says which claims the benchmarks prove, and which they refute
#[derive(Parser, Debug)]
#[command(
    version,
    after_help = "Exit status: 0 nothing is refuted or missing, 1 a claim is refuted, 2 a claim is \
                  not measured or the usage is wrong, 3 the claims cannot be judged."
)]
#[expect(clippy::struct_excessive_bools, reason = "they are the flags of a command line")]
struct Arguments {
    /// Measure first: what the claims need, and nothing else, in rounds that interleave it
    #[arg(long)]
    run: bool,
    /// Judge these claims alone
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    only: Vec<String>,
    /// Write the verdicts to benches/results.json, from where the READMEs and the book quote them;
    /// with --run, what their tables show is measured too
    #[arg(long, conflicts_with = "only")]
    record: bool,
    /// Write the measured tables of the READMEs anew, from what is recorded
    #[arg(long)]
    update: bool,
    /// Print one line of JSON instead of the report
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print a table of Markdown instead of the report
    #[arg(long)]
    markdown: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Json<'a> {
    version: u32,
    machine: &'a Machine,
    claims: &'a [Judged],
}

/// The status if the claims cannot be judged at all.
const CANNOT: u8 = 3;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(status) => ExitCode::from(status),
        // Whoever reads the verdicts has seen enough, as with `| head`.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if error.is::<Unknown>() { 2 } else { CANNOT })
        }
    }
}

/// The user has named a claim that is not made.
#[derive(Debug, thiserror::Error)]
#[error("there is no claim {0}; {place} has them all", place = statement::PLACE)]
struct Unknown(String);

/// Does what the arguments ask for, and returns the exit status.
fn run(arguments: &Arguments) -> Result<u8> {
    let workspace = Workspace::find()?;
    let claims = Claims::read(&workspace.root().join(statement::PLACE))?;
    let selected = select(&claims, &arguments.only)?;
    let machine = Machine::here();
    let target = target(&workspace);
    let kept = target.join("claims");
    if arguments.run {
        measure(&workspace, &claims, &selected, &kept, arguments.record)?;
    }

    let criterion = env::var_os("CRITERION_HOME").map(PathBuf::from);
    let criterion = criterion.unwrap_or_else(|| target.join("criterion"));
    let evidence = Evidence::read(&criterion, &kept, machine.cores);
    for warning in &evidence.warnings {
        eprintln!("warning: {warning}");
    }
    let judged: Vec<Judged> =
        selected.iter().map(|claim| verdict::judge(claim, &evidence, machine.cores)).collect();
    print(arguments, &machine, &judged)?;

    if arguments.record {
        record(&workspace, &claims, &evidence, machine, &judged)?;
    }
    if arguments.update {
        rewrite(&workspace)?;
    }
    Ok(status(&judged))
}

/// The claims that were asked for, in the order of the file: all, if none was.
fn select<'a>(claims: &'a Claims, only: &[String]) -> Result<Vec<&'a Claim>, Unknown> {
    if let Some(unknown) = only.iter().find(|id| claims.get(id).is_none()) {
        return Err(Unknown(unknown.clone()));
    }
    let wanted = |claim: &&Claim| only.is_empty() || only.contains(&claim.id);
    Ok(claims.claims.iter().filter(wanted).collect())
}

/// Cargo's target folder, as far as it can be known without asking cargo.
fn target(workspace: &Workspace) -> PathBuf {
    let folder = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    // Cargo takes a relative one as starting from where it was called, which is mostly the root.
    workspace.root().join(folder)
}

/// Measures, and shows on a terminal what is going on.
fn measure(
    workspace: &Workspace,
    claims: &Claims,
    selected: &[&Claim],
    kept: &Path,
    tables: bool,
) -> Result<()> {
    if let Some(warning) = Load::look().warning() {
        eprintln!("warning: {warning}");
    }
    let tables = if tables { &claims.tables[..] } else { &[] };
    let shown = tables.iter().flat_map(|table| results::approaches(table, workspace));
    let also: Vec<String> = shown.map(|(_, name)| name).collect();
    let show = |text: &str| {
        if io::stderr().is_terminal() {
            eprintln!("{text}");
        }
    };
    run::rounds(workspace, claims, selected, &also, kept, show)
}

fn print(arguments: &Arguments, machine: &Machine, judged: &[Judged]) -> Result<()> {
    let mut out = io::stdout().lock();
    if arguments.json {
        let json = Json { version: 1, machine, claims: judged };
        writeln!(out, "{}", serde_json::to_string(&json)?)?;
    } else if arguments.markdown {
        write!(out, "{}\n{machine}, {}.\n", report::markdown(judged), today())?;
    } else {
        writeln!(out, "This machine: {machine}. Judged on {}.\n", today())?;
        for claim in judged {
            writeln!(out, "{}", report::block(claim))?;
        }
        writeln!(out, "{}", report::summary(judged))?;
        if judged.iter().any(|claim| claim.verdict == Verdict::NotMeasured) {
            writeln!(out, "What is missing: cargo run --release -p claims -- --run")?;
        }
    }
    Ok(())
}

/// Records the verdicts and the tables.
fn record(
    workspace: &Workspace,
    claims: &Claims,
    evidence: &Evidence,
    machine: Machine,
    judged: &[Judged],
) -> Result<()> {
    let tables = claims.tables.iter();
    let tables = tables.map(|table| results::measured_table(table, workspace, evidence)).collect();
    let arguments: Vec<String> = env::args().skip(1).collect();
    let recorded = Recorded {
        version: results::VERSION,
        machine,
        date: today(),
        command: format!("cargo run --release -p claims -- {}", arguments.join(" ")),
        claims: judged.into(),
        tables,
    };
    let path = workspace.root().join(results::PLACE);
    let json = serde_json::to_string_pretty(&recorded)?;
    fs::write(&path, json + "\n").with_context(|| format!("cannot write {}", path.display()))
}

/// Writes the tables of the READMEs anew.
fn rewrite(workspace: &Workspace) -> Result<()> {
    let recorded = match recorded(&workspace.root().join(results::PLACE)) {
        Ok(recorded) => Some(recorded),
        Err(RecordedError::Unreadable { source, .. })
            if source.kind() == io::ErrorKind::NotFound =>
        {
            None
        }
        Err(error) => return Err(error.into()),
    };
    for page in update::update(workspace, recorded.as_ref())? {
        eprintln!("updated {}", page.display());
    }
    Ok(())
}

fn status(judged: &[Judged]) -> u8 {
    let any = |verdict| judged.iter().any(|claim| claim.verdict == verdict);
    if any(Verdict::Refuted) {
        1
    } else if any(Verdict::NotMeasured) {
        2
    } else {
        0
    }
}
