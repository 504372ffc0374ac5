//! The price list of concurrency: `cargo run --release -p cost-of-a-task`.

use std::{
    fs::{self, File},
    io::{self, Write},
    num::NonZeroUsize,
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, Result};
use clap::Parser;
use console::Term;
use cost_of_a_task::{
    chart,
    price::{self, Kind, Ladders, Section},
    recorded,
    results::Results,
    roles,
    sampling::{self, Effort},
    table,
};
use figures::machine::Load;
use harness::is_broken_pipe;

/// Measures what it costs to create, hold and switch between tasks, threads and processes
#[derive(Parser, Debug)]
#[command(version)]
struct Arguments {
    /// Measure only these kinds
    #[arg(long, value_name = "KIND,…", value_delimiter = ',')]
    only: Vec<Kind>,
    /// Measure only these prices
    #[arg(long, value_name = "PRICE,…", value_delimiter = ',')]
    prices: Vec<Section>,
    /// How long a piece of work takes, with `--prices work`
    #[arg(long, value_name = "TIME,…", value_delimiter = ',', value_parser = piece,
          default_value = "1us,10us,100us,1ms,10ms")]
    pieces: Vec<usize>,
    /// Take only a few small samples: a first look within half a minute
    #[arg(long)]
    quick: bool,
    /// Take so many samples of each point, however long that takes
    #[arg(long, value_name = "N")]
    samples: Option<NonZeroUsize>,
    /// Show the run in this file instead of measuring: the output of --json, or a file of benches/runs
    #[arg(long, value_name = "FILE", conflicts_with_all = ["only", "prices", "pieces", "quick", "samples"])]
    from: Option<PathBuf>,
    /// Draw a chart into this SVG file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Print one line of JSON instead of the tables
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    // This program is also each of the processes that are measured, and of those that measure.
    roles::play();
    sampling::serve();
    // Only now: the others end when their stdin does.
    harness::parent::end_with_parent_if_asked();

    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return explain(&error),
    };
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Whoever reads the tables has seen enough, as with `| head`.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Says why there are no arguments: the help that the user has asked for, or one line that names
/// what is wrong.
fn explain(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // A closed stdout is no reason to fail: nobody is there to read the help.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    // The first paragraph of clap's message names what is wrong.
    let message = error.to_string();
    let paragraph = message.split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    eprintln!("{} (--help lists the arguments)", words.join(" "));
    ExitCode::from(2)
}

/// Shows what the arguments ask for; says whether all went well.
fn run(arguments: &Arguments) -> Result<bool> {
    end_on_ctrl_c()?;
    // A file that cannot be written is found out before minutes have gone into its content.
    let svg = match &arguments.svg {
        Some(path) => {
            let cannot = || format!("cannot write {}", path.display());
            Some((File::create(path).with_context(cannot)?, cannot()))
        }
        None => None,
    };
    let results = match &arguments.from {
        Some(path) => {
            let cannot = || format!("cannot use {}", path.display());
            let text = fs::read_to_string(path).with_context(cannot)?;
            recorded::read(&text).with_context(cannot)?
        }
        None => measure(arguments),
    };

    let mut out = io::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", serde_json::to_string(&results)?)?;
    } else {
        let machine = &results.machine;
        let recorded = if arguments.from.is_some() { "A recorded run. " } else { "" };
        writeln!(out, "{recorded}{machine}")?;
        if let Some(warning) = machine.warning() {
            writeln!(out, "warning: {warning}")?;
        }
        // This is no if stdout is no terminal, or NO_COLOR is set.
        let colour = Term::stdout().features().colors_supported();
        write!(out, "\n{}", table::price_list(&results, colour))?;
    }
    if let Some((mut file, cannot)) = svg {
        file.write_all(chart::draw(&results).as_bytes()).context(cannot)?;
    }
    Ok(results.all_right())
}

/// Measures what the arguments ask for.
fn measure(arguments: &Arguments) -> Results {
    let (ladders, effort) = extent(arguments);
    let points = price::points(
        or_all(&arguments.only, Kind::all()),
        or_all(&arguments.prices, &Section::LIST),
        ladders,
    );
    let machine = Load::look();
    let term = Term::stderr();
    let sampled = sampling::sample(&points, effort, |point, round| {
        show(&term, &format!("sample {round} of {}: {point}", effort.samples));
    });
    show(&term, "");
    Results::draw(machine, &sampled)
}

/// How far it goes and how thorough it is.
fn extent(arguments: &Arguments) -> (Ladders<'_>, Effort) {
    let (ladders, effort) = usual_extent(arguments.quick);
    let ladders = Ladders { pieces: &arguments.pieces, ..ladders };
    let Some(samples) = arguments.samples.map(NonZeroUsize::get) else { return (ladders, effort) };
    (ladders, Effort { samples, least_samples: samples, ..effort })
}

fn usual_extent(quick: bool) -> (Ladders<'static>, Effort) {
    if quick {
        let effort = Effort {
            samples: 3,
            budget: Duration::from_millis(300),
            least_samples: 2,
            batch: Duration::from_millis(3),
        };
        return (Ladders { most_waiting: 1_000, longest_ring: 100, pieces: &[] }, effort);
    }
    let effort = Effort {
        samples: 11,
        budget: Duration::from_millis(1_500),
        least_samples: 4,
        batch: Duration::from_millis(20),
    };
    (Ladders { most_waiting: 1_000_000, longest_ring: 10_000, pieces: &[] }, effort)
}

/// Reads how long a piece of work takes.
fn piece(text: &str) -> Result<usize, String> {
    let time = harness::duration::parse(text)?;
    // A second is far more than it takes to create anything.
    match usize::try_from(time.as_nanos()) {
        Ok(nanos @ 1..=1_000_000_000) => Ok(nanos),
        _ => Err("it must lie between 1ns and 1s".into()),
    }
}

/// All of them, if the user has named none.
fn or_all<'a, T>(named: &'a [T], all: &'a [T]) -> &'a [T] {
    if named.is_empty() { all } else { named }
}

/// Says on a terminal what is going on, in place of what was said before.
fn show(term: &Term, text: &str) {
    if term.is_term() {
        // A progress that cannot be shown is no reason to stop.
        let _ = term.clear_line().and_then(|()| term.write_str(text));
    }
}

/// On Ctrl-C, ends this process with the shell's customary status. The one that measures, and those
/// that it has started, end as soon as their stdin does.
fn end_on_ctrl_c() -> Result<()> {
    ctrlc::set_handler(|| {
        // Not by `eprintln!`, which panics if whoever reads stderr is gone.
        let _ = writeln!(io::stderr(), "interrupted");
        std::process::exit(130);
    })
    .context("cannot listen for Ctrl-C")
}
