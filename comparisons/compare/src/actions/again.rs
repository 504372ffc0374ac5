//! Shows the last run once more: `compare --again`.

use std::io::{self, Write};

use anyhow::Result;
use workspace::{Row, Workspace};

use super::{
    programs,
    shown::{Json, Shown},
    sweep,
};
use crate::{
    arguments::Arguments,
    judge::sweep::{Step, Swept},
    saved::{Saved, What},
    show::{
        frame::{heading, hints},
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
            if arguments.json {
                let json = Json { version: 2, machine, rows: &compared };
                writeln!(out, "{}", serde_json::to_string(&json)?)?;
                return Ok(all_right);
            }
            write!(out, "{}", heading(machine))?;
            for shown in &compared {
                write!(out, "\n{}", shown.section(look))?;
            }
            let rows: Vec<Row> = measured.into_iter().map(|measured| measured.row).collect();
            write!(out, "\n{}", hints(&rows, terminal.width))?;
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
            sweep::show(swept, &row, machine, arguments, look)
        }
        What::Programs(tries) => {
            drop(out);
            programs::show(&tries, machine, arguments, look)
        }
    }
}
