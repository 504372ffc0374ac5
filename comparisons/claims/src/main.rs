//! Says which claims hold on this machine: `cargo run --release -p claims`.

use std::{
    env, fs,
    io::{self, IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use claims::{
    Judged, Verdict, blocks, counts,
    criterion::Criterion,
    evidence::{self, Evidence},
    needed::needed,
    raw, report, results,
    statement::{self, Claim, Claims},
    today, update, verdict,
};
use clap::Parser;
use figures::machine::{Load, Machine};
use harness::is_broken_pipe;
use serde::Serialize;
use workspace::Workspace;

/// Says which claims the measurements support, and which they refute
#[derive(Parser, Debug)]
#[command(
    version,
    after_help = "Exit status: 0 if no claim is refuted or missing, 1 if one is refuted, 2 if one is \
                  not measured or the usage is wrong, 3 if the claims cannot be judged."
)]
#[expect(clippy::struct_excessive_bools, reason = "they are the flags of a command line")]
struct Arguments {
    /// First run the benchmarks the claims need, interleaved; needs an idle machine and up to half an hour
    #[arg(long)]
    run: bool,
    /// Measure and judge only these claims, or only the claims of these rows
    #[arg(long, value_name = "ID|ROW,…", value_delimiter = ',')]
    only: Vec<String>,
    /// Judge the results of `cargo bench`, which runs one benchmark after another
    #[arg(long, conflicts_with_all = ["run", "record", "recorded"])]
    criterion: bool,
    /// Judge the recorded runs in benches/runs, which the READMEs and the book quote
    #[arg(long, conflicts_with_all = ["run", "record"])]
    recorded: bool,
    /// Record the newest run in benches/runs
    #[arg(long)]
    record: bool,
    /// Rewrite the measured tables of the READMEs from the recorded runs
    #[arg(long)]
    update: bool,
    /// Print one line of JSON instead of the report
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print a Markdown table instead of the report
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
#[error("there is no claim and no row {0}; {place} has them all", place = statement::PLACE)]
struct Unknown(String);

/// Does what the arguments ask for, and returns the exit status.
fn run(arguments: &Arguments) -> Result<u8> {
    let workspace = Workspace::find()?;
    let claims = Claims::read(&workspace.root().join(statement::PLACE))?;
    let selected = select(&claims, &arguments.only)?;
    let mut machine = Machine::here();
    let own = target(&workspace).join("claims/runs");
    if arguments.run {
        measure(&workspace, &claims, &selected, &arguments.only, &own)?;
    }
    let recorded = results::folder(workspace.root());
    if arguments.record {
        record(&own, &recorded)?;
    }

    let evidence = if arguments.criterion {
        let folder = env::var_os("CRITERION_HOME").map(PathBuf::from);
        let folder = folder.unwrap_or_else(|| target(&workspace).join("criterion"));
        let criterion = Criterion::read(&folder);
        for warning in &criterion.broken {
            eprintln!("warning: {warning}");
        }
        Evidence::of_criterion(criterion, machine.cores)
    } else {
        let runs = raw::all(if arguments.recorded { &recorded } else { &own })?;
        // What is recorded may be of another machine.
        machine = runs.first().map_or(machine, |run| run.header.machine.clone());
        Evidence::of_runs(runs, machine.cores)
    };
    let judged: Vec<Judged> = selected
        .iter()
        .map(|claim| verdict::judge(claim, &claims, &evidence, machine.cores))
        .collect();
    print(arguments, &machine, &judged)?;
    if arguments.update {
        for page in update::update(&workspace, results::recorded(&workspace)?.as_ref())? {
            eprintln!("updated {}", page.display());
        }
    }
    Ok(status(&judged))
}

/// The claims that were asked for, by their names or by those of rows, in the order of the file: all,
/// if none was.
fn select<'a>(claims: &'a Claims, only: &[String]) -> Result<Vec<&'a Claim>, Unknown> {
    let is_known = |word: &&String| claims.get(word).is_some() || claims.control(word).is_some();
    if let Some(unknown) = only.iter().find(|word| !is_known(word)) {
        return Err(Unknown(unknown.clone()));
    }
    let wanted = |claim: &&Claim| {
        let row = |name| counts::row(name).unwrap_or_else(|| evidence::row(name));
        let rows: Vec<&str> = claim.names().map(row).collect();
        only.is_empty() || only.iter().any(|word| *word == claim.id || rows.contains(&&**word))
    };
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
    only: &[String],
    folder: &std::path::Path,
) -> Result<()> {
    let load = Load::look();
    if let Some(warning) = load.warning() {
        eprintln!("warning: {warning}");
    }
    let rows = claims.tables.iter().map(|table| &*table.row);
    let tables: Vec<&str> =
        rows.filter(|row| only.is_empty() || only.iter().any(|word| word == row)).collect();
    let needed = needed(workspace, claims, selected, &tables, load.cores);
    let path = blocks::run(workspace, &needed, folder, |text| {
        if io::stderr().is_terminal() {
            eprintln!("{text}");
        }
    })?;
    eprintln!("raw data: {}", path.display());
    Ok(())
}

/// Records the newest run, if it has come to its end.
fn record(own: &std::path::Path, recorded: &std::path::Path) -> Result<()> {
    let runs = raw::all(own)?;
    let Some(run) = runs.first() else { bail!("there is no run to record; --run makes one") };
    if run.end.is_none() {
        bail!("the run {} was cut short, so it is not recorded", run.id);
    }
    let from = raw::path(own, &run.header.begun);
    let to = raw::path(recorded, &run.header.begun);
    fs::create_dir_all(recorded)
        .and_then(|()| fs::copy(from, &to))
        .with_context(|| format!("cannot write {}", to.display()))?;
    Ok(())
}

fn print(arguments: &Arguments, machine: &Machine, judged: &[Judged]) -> Result<()> {
    let mut out = io::stdout().lock();
    if arguments.json {
        let json = Json { version: 2, machine, claims: judged };
        writeln!(out, "{}", serde_json::to_string(&json)?)?;
    } else if arguments.markdown {
        write!(out, "{}\n{machine}, {}.\n", report::markdown(judged), today())?;
    } else {
        writeln!(out, "Machine: {machine}. Judged on {}.\n", today())?;
        for claim in judged {
            writeln!(out, "{}", report::block(claim))?;
        }
        writeln!(out, "{}", report::summary(judged))?;
        if judged.iter().any(|claim| claim.verdict == Verdict::NotMeasured) {
            writeln!(out, "To measure the missing ones: cargo run --release -p claims -- --run")?;
        }
    }
    Ok(())
}

fn status(judged: &[Judged]) -> u8 {
    let any = |verdict| judged.iter().any(|claim| claim.verdict == verdict);
    if any(Verdict::Refuted) {
        1
    } else if any(Verdict::NotMeasured) || any(Verdict::NotJudged) {
        2
    } else {
        0
    }
}
