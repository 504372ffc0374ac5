//! Lists the pairs of a wrong and a right way by chapter, or runs one of them.
//!
//! ```sh
//! cargo run --release -p pairs                     # the list
//! cargo run --release -p pairs -- await-in-a-loop  # the same as `-p await-in-a-loop`
//! ```

use std::{
    io::{self, Write},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use clap::Parser;
use workspace::{
    Workspace, cargo,
    pairs::{Chapter, Pair},
};

/// The width of the list, in characters.
const WIDTH: usize = 80;

/// Lists the pairs of a wrong and a right way, or runs one of them.
#[derive(Parser)]
struct Arguments {
    /// The pair to run; without it, all are listed.
    pair: Option<String>,
    /// Run without asking for a prediction first.
    #[arg(long, requires = "pair")]
    no_ask: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            // If stderr is closed, nobody can be told.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    let chapters = workspace.pairs()?;
    let Some(name) = &arguments.pair else {
        // If nobody reads the list to its end, that is all right.
        let _ = io::stdout().write_all(list(&chapters).as_bytes());
        return Ok(ExitCode::SUCCESS);
    };
    if !chapters.iter().flat_map(|chapter| &chapter.pairs).any(|pair| pair.name == *name) {
        bail!("there is no pair {name}; without a name, all are listed");
    }
    let mut cargo = cargo::command();
    cargo.args(["run", "--release", "--quiet", "-p", name]).current_dir(workspace.root());
    if arguments.no_ask {
        cargo.args(["--", "--no-ask"]);
    }
    let status = cargo.status().context("cannot run cargo")?;
    // A program that a signal has ended has no code.
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// The pairs, by chapter, each with what it is about.
fn list(chapters: &[Chapter]) -> String {
    let mut list = String::from("Run one with: cargo run --release -p NAME\n");
    for chapter in chapters {
        list += &format!("\n{}\n", chapter.title());
        for Pair { name, gist, .. } in &chapter.pairs {
            let options =
                textwrap::Options::new(WIDTH).initial_indent("      ").subsequent_indent("      ");
            list += &format!("  {name}\n{}\n", textwrap::fill(gist, options));
        }
    }
    list
}
