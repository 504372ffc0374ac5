//! Compares programs of the user's own: `compare --command 'A=…' --command 'B=…'`.

use std::{
    io::{self, Write},
    num::NonZeroUsize,
};

use anyhow::Result;
use console::Term;
use figures::machine::Load;
use serde::Serialize;
use workspace::{Workspace, run::Fault, running::Interruptible};

use crate::{
    arguments::{Arguments, Form, How},
    error::{Misnamed, TooSoon},
    find::programs,
    judge::programs::Programs,
    run::{self, programs::Tries},
    saved::{Saved, Store, What},
    show::{programs as forms, progress::progress, table::Look},
};

/// What `--json` prints of the user's own programs.
#[derive(Serialize)]
struct JsonOfPrograms {
    version: u32,
    machine: Load,
    #[serde(flatten)]
    programs: Programs,
    sentences: Vec<String>,
}

/// Compares programs that the user names; says whether all of them came to their end.
pub(crate) fn compare(arguments: &Arguments, look: Look) -> Result<bool> {
    let named = &arguments.programs;
    if let Some(name) = programs::twice(named) {
        return Err(Misnamed(format!("two programs are called {name:?}")).into());
    }
    if named.len() < 2 {
        return Err(Misnamed("--command is needed at least twice".into()).into());
    }
    let prepare = arguments.prepare.as_deref().map(programs::words).transpose();
    let prepare = prepare.map_err(|reason| Misnamed(format!("--prepare: {reason}")))?;
    let How { runs, deadline, .. } = &arguments.how;
    let machine = Load::look();
    if let Some(warning) = machine.warning() {
        eprintln!("warning: {warning}");
    }
    // These may be compared anywhere.
    let store = Store::of(Workspace::find().ok().as_ref());
    let term = Term::stderr();
    let interruptible = Interruptible::begin();
    let tries = run::programs::measure(
        named,
        runs.map(NonZeroUsize::get),
        arguments.warmup,
        |program, when| {
            progress(&term, &format!("{when}: {}", program.name));
            if let Some(prepare) = &prepare {
                let prepared = run::programs::run(prepare, *deadline);
                prepared.map_err(|fault| match fault {
                    Fault::Interrupted => fault,
                    fault => Fault::Crashed(format!("its preparation failed: {fault}")),
                })?;
            }
            run::programs::run(&program.words, *deadline)
        },
        |tries| store.save(&Saved::new(machine, What::Programs(tries.clone()))),
    );
    drop(interruptible);
    progress(&term, "");
    if tries.rounds == 0 {
        return Err(TooSoon.into());
    }
    show(&tries, machine, arguments, look)
}

/// Prints what the user's own programs show; says whether all of them came to their end.
pub(crate) fn show(
    tries: &Tries,
    machine: Load,
    arguments: &Arguments,
    look: Look,
) -> Result<bool> {
    let programs = Programs::draw(tries);
    let all_right = programs.all_right();
    let mut out = io::stdout().lock();
    match arguments.form() {
        Form::Json => {
            let sentences = programs.sentences();
            let json = JsonOfPrograms { version: 1, machine, programs, sentences };
            writeln!(out, "{}", serde_json::to_string(&json)?)?;
        }
        Form::Markdown => write!(out, "{}", forms::markdown(&programs))?,
        Form::Csv => write!(out, "{}", forms::csv(&programs))?,
        Form::Text => {
            writeln!(out, "{machine}")?;
            write!(out, "{}", forms::section(&programs, look))?;
        }
    }
    Ok(all_right)
}
