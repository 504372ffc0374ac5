//! Compares a row at several values of a flag: `compare http --sweep limit=1,2,4`.

use std::io::{self, Write};

use anyhow::Result;
use figures::machine::Load;
use serde::Serialize;
use workspace::{Workspace, running::is_interrupted};

use super::{
    measuring::{build, measure},
    shown::Shown,
    tell,
};
use crate::{
    arguments::{Arguments, Form, How},
    error::{Misnamed, TooSoon},
    find::{selection, sweep::Sweep},
    judge::sweep::{Crossings, Step, Swept},
    saved::{Measured, Saved, Store, What},
    show::{
        files, html,
        sweep::{export, picture, text},
        table::Look,
    },
};

/// What `--json` prints of a sweep.
#[derive(Serialize)]
struct JsonOfSweep<'a> {
    version: u32,
    machine: Load,
    #[serde(flatten)]
    swept: &'a Swept,
    /// How many times as fast as sequential a version could be at best, at each value.
    at_best: Vec<Option<f64>>,
    versions: Vec<Crossings>,
    sentences: Vec<String>,
}

/// Compares the versions of one row at each value of a flag; says whether all were right.
pub(crate) fn compare(
    workspace: &Workspace,
    arguments: &Arguments,
    sweep: &Sweep,
    look: Look,
) -> Result<bool> {
    let how = &arguments.how;
    let rows = selection::select(workspace, &arguments.rows, &how.only)?;
    let [row] = &rows[..] else {
        return Err(Misnamed("--sweep compares one row, so name it".into()).into());
    };
    files::ensure_writable(&[&arguments.svg], arguments.html.as_deref())?;
    let machine = Load::look();
    if let Some(warning) = machine.warning() {
        eprintln!("warning: {warning}");
    }
    let store = Store::of(Some(workspace));
    let (mut steps, mut done) = (Vec::new(), Vec::new());
    for value in &sweep.values {
        // Some flags describe the input, so each value has one of its own.
        let flags = how.flags.iter().cloned().chain(sweep.arguments(value)).collect();
        let how = How { flags, ..how.clone() };
        let (programs, inputs) = build(workspace, &rows, &how)?;
        let save = |measured: &Measured| {
            let step = (value.clone(), measured.clone());
            let steps = done.iter().cloned().chain([step]).collect();
            store.save(&Saved::new(machine, What::Sweep { flag: sweep.flag.clone(), steps }));
        };
        let Some(measured) = measure(row, &[], &programs, &inputs[0], &how, save) else { break };
        let Shown { comparison, .. } = Shown::new(&measured, machine);
        steps.push(Step { value: value.clone(), comparison });
        done.push((value.clone(), measured));
        if is_interrupted() {
            break;
        }
    }
    if steps.is_empty() {
        return Err(TooSoon.into());
    }
    let swept = Swept { flag: sweep.flag.clone(), steps };
    show(&swept, &row.name, machine, arguments, look)
}

/// Prints a sweep; says whether all versions were right.
pub(crate) fn show(
    swept: &Swept,
    row: &str,
    machine: Load,
    arguments: &Arguments,
    look: Look,
) -> Result<bool> {
    let all_right = swept.steps.iter().all(|step| step.comparison.all_right());
    let mut out = io::stdout().lock();
    if let Some(path) = &arguments.svg {
        files::write(path, &picture::svg(swept, row, &machine))?;
    }
    let json = JsonOfSweep {
        version: 2,
        machine,
        at_best: swept.steps.iter().map(Step::at_best).collect(),
        versions: swept.all_crossings(),
        sentences: swept.sentences(),
        swept,
    };
    let form = arguments.form();
    match form {
        Form::Json => writeln!(out, "{}", serde_json::to_string(&json)?)?,
        Form::Markdown => write!(out, "{}", export::markdown(swept, row))?,
        Form::Csv => write!(out, "{}", export::csv(swept))?,
        Form::Text => write!(out, "{}", text::section(swept, row, look))?,
    }
    if let Some(folder) = &arguments.html {
        let values: Vec<&str> = swept.steps.iter().map(|step| &*step.value).collect();
        let again = arguments.again;
        let command = arguments.how.command(&if again {
            "--again".to_owned()
        } else {
            format!("{row} --sweep {}={}", swept.flag, values.join(","))
        });
        let json = serde_json::to_value(json)?;
        let page = html::sweep::Page { swept, row, machine, command, again, json };
        let page = html::files::write_only(folder, &html::sweep::page(&page)?)?;
        tell(&page, form, &mut out)?;
    }
    Ok(all_right)
}
