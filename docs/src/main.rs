//! Builds the book, and shows it: `cargo run --release -p book -- serve`.

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use book::{build::build, serve::Server};
use clap::{Parser, Subcommand};
use workspace::Workspace;

/// Builds the book from the chapters in docs and from the examples
#[derive(Parser, Debug)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The folder to build into, which is replaced [default: target/book]
    #[arg(long, value_name = "DIR", global = true)]
    out: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Build it, and show it to browsers on this machine, until Ctrl-C
    Serve {
        /// The port on 127.0.0.1; 0 lets the system pick one
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::find()?;
    let out = arguments.out.clone().unwrap_or_else(|| target(workspace.root()).join("book"));
    build(workspace.root(), &out)?;
    println!("The book is in {}", out.join("index.html").display());
    if let Some(Command::Serve { port }) = arguments.command {
        let server = Server::bind(&out, port)
            .with_context(|| format!("cannot serve on port {port} of 127.0.0.1"))?;
        println!("Visit http://{}", server.address()?);
        server.run()?;
    }
    Ok(())
}

/// Where cargo puts what it builds.
fn target(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}
