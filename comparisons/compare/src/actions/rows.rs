//! Compares rows: `compare http primes`.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
};

use anyhow::{Context, Result};
use figures::machine::Load;
use workspace::{Workspace, running::is_interrupted};

use super::{
    measuring::{build, measure, record},
    shown::Shown,
    tell,
};
use crate::{
    arguments::{Arguments, Form},
    error::{Misnamed, TooSoon},
    find::{
        python::{self, Pythons},
        selection,
    },
    run::traces,
    saved::{Measured, Saved, Store, What},
    show::{
        self, files,
        frame::{heading, hints},
        html, recording,
        table::Look,
    },
};

/// Compares rows; says whether all versions were right.
pub(crate) fn compare(
    workspace: &Workspace,
    arguments: &Arguments,
    terminal: Look,
) -> Result<bool> {
    let how = &arguments.how;
    let mut rows = selection::select(workspace, &arguments.rows, &how.only)?;
    if arguments.svg.is_some() && rows.len() != 1 {
        return Err(Misnamed("--svg draws one row, so name it".into()).into());
    }
    if arguments.timeline_data.is_some() && rows.len() != 1 {
        return Err(Misnamed("--timeline-data records one row, so name it".into()).into());
    }
    let Arguments { trace, svg, timeline_data, html, .. } = arguments;
    files::ensure_writable(&[trace, svg, timeline_data], html.as_deref())?;
    let (mut programs, inputs) = build(workspace, &rows, how)?;
    let pythons = if arguments.python {
        python::join(workspace, &mut rows, &how.flags, &mut programs)?
    } else {
        Pythons::default()
    };

    let machine = Load::look();
    let store = Store::of(Some(workspace));
    let mut done = Vec::new();
    let mut out = io::stdout().lock();
    let look = if arguments.wide { Look { width: usize::MAX, ..terminal } } else { terminal };
    // For other programs, stdout holds the figures and nothing else.
    let form = arguments.form();
    if form == Form::Text {
        write!(out, "{}", heading(machine))?;
    } else if form != Form::Json
        && let Some(warning) = machine.warning()
    {
        // The JSON tells of the machine itself.
        eprintln!("warning: {warning}");
    }
    for note in &pythons.notes {
        if form == Form::Text { writeln!(out, "{note}")? } else { eprintln!("{note}") }
    }
    let (mut compared, mut recorded, mut timelines) = (Vec::new(), Vec::new(), Vec::new());
    for (row, input) in rows.iter().zip(&inputs) {
        let save = |measured: &Measured| {
            let rows = done.iter().chain([measured]).cloned().collect();
            store.save(&Saved::new(machine, What::Rows(rows)));
        };
        let interpreters = &pythons.interpreters;
        let measured = measure(row, interpreters, &programs, input, how, save);
        let Some(measured) = measured else { break };
        let shown = Shown::new(&measured, machine);
        done.push(measured);
        if form == Form::Text {
            write!(out, "\n{}", shown.section(look))?;
            out.flush()?;
        }
        if is_interrupted() {
            compared.push(shown);
            break;
        }
        if arguments.records() {
            // The page and the picture show sequential, too: in the one it can be zoomed, and in the
            // other it is a bar.
            let all_versions = arguments.html.is_some() || arguments.svg.is_some();
            let mut traces = record(row, &programs, input, how, all_versions)?;
            timelines.push(html::page::timelines(&traces));
            if let Some(path) = &arguments.svg {
                let svg = show::picture::race(&shown.comparison, &traces, &machine);
                files::write(path, &svg)?;
            }
            traces.retain(|traced| how.draws(&traced.report.approach));
            if let Some(path) = &arguments.timeline_data {
                recording::write(path, how.command(&row.name), &traces)?;
            }
            if arguments.timeline {
                write!(out, "\n{}", show::timeline::section(&traces, look))?;
            }
            recorded.extend(traces);
        }
        compared.push(shown);
    }
    if compared.is_empty() && is_interrupted() {
        return Err(TooSoon.into());
    }
    if let Some(path) = &arguments.trace {
        let file = File::create(path).map(BufWriter::new);
        let written = file
            .map_err(anyhow::Error::from)
            .and_then(|file| Ok(serde_json::to_writer(file, &traces::merged(&recorded))?));
        written.with_context(|| format!("cannot write {}", path.display()))?;
    }

    let all_right = compared.iter().all(|row| row.comparison.all_right());
    if let Some(folder) = &arguments.html {
        let pages: Vec<html::page::Page> = rows
            .iter()
            .zip(&compared)
            .zip(&timelines)
            .map(|((row, shown), timelines)| {
                shown.page(row, Some(timelines), machine, how.command(&row.name))
            })
            .collect::<Result<_>>()?;
        tell(&html::files::write(folder, &pages)?, form, &mut out)?;
    }
    write!(out, "{}", Shown::export(&compared, form, machine)?)?;
    if form == Form::Text {
        write!(out, "\n{}", hints(&rows, &how.flags, terminal.width))?;
    }
    Ok(all_right)
}
