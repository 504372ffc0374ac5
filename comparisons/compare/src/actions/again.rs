//! Shows the last run once more: `compare --again`.

use std::io::{self, Write};

use anyhow::Result;
use workspace::{Row, Workspace};

use super::{programs, shown::Shown, sweep, tell};
use crate::{
    arguments::{Arguments, Form},
    error::Misnamed,
    judge::sweep::{Step, Swept},
    saved::{Saved, What},
    show::{
        files,
        frame::{heading, hints},
        html, picture,
        table::Look,
    },
};

/// Shows the last run once more; says whether all versions were right.
pub(crate) fn show(workspace: &Workspace, arguments: &Arguments, terminal: Look) -> Result<bool> {
    let Saved { machine, what, .. } = Saved::last(workspace)?;
    let look = if arguments.wide { Look { width: usize::MAX, ..terminal } } else { terminal };
    let mut out = io::stdout().lock();
    match what {
        What::Rows(measured) => {
            let compared: Vec<Shown> =
                measured.iter().map(|measured| Shown::new(measured, machine)).collect();
            let all_right = compared.iter().all(|row| row.comparison.all_right());
            if let Some(path) = &arguments.svg {
                let [Shown { comparison, .. }] = &compared[..] else {
                    let reason = "--svg draws one row, and the last run compared several";
                    return Err(Misnamed(reason.into()).into());
                };
                // What the versions did meanwhile is not saved.
                files::write(path, &picture::race(comparison, &[], &machine))?;
            }
            let form = arguments.form();
            let rows: Vec<Row> = measured.iter().map(|measured| measured.row.clone()).collect();
            write!(out, "{}", Shown::export(&compared, form, machine)?)?;
            if form == Form::Text {
                write!(out, "{}", heading(machine))?;
                for shown in &compared {
                    write!(out, "\n{}", shown.section(look))?;
                }
                let flags = measured.first().map_or_else(Vec::new, |first| first.flags.clone());
                write!(out, "\n{}", hints(&rows, &flags, terminal.width))?;
            }
            if let Some(folder) = &arguments.html {
                let command = arguments.how.command("--again");
                let rows = rows.iter().zip(&compared);
                let pages = rows
                    .map(|(row, shown)| shown.page(row, None, machine, command.clone()))
                    .collect::<Result<Vec<_>>>()?;
                tell(&html::files::write(folder, &pages)?, form, &mut out)?;
            }
            Ok(all_right)
        }
        What::Sweep { flag, steps } => {
            let row = steps.first().map_or_else(String::new, |(_, first)| first.row.name.clone());
            let steps = steps.into_iter().map(|(value, measured)| {
                let Shown { comparison, .. } = Shown::new(&measured, machine);
                Step { value, comparison }
            });
            let swept = Swept { flag, steps: steps.collect() };
            drop(out);
            sweep::show(&swept, &row, machine, arguments, look)
        }
        What::Programs(_) if arguments.svg.is_some() || arguments.html.is_some() => {
            let what = if arguments.svg.is_some() { "--svg draws" } else { "--html shows" };
            let reason = format!("{what} rows, and the last run compared other programs");
            Err(Misnamed(reason).into())
        }
        What::Programs(tries) => {
            drop(out);
            programs::show(&tries, machine, arguments, look)
        }
    }
}
