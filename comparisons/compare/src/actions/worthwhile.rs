//! Says which pieces of work repay handing them over: `compare worthwhile`.

use std::{
    io::{self, Write},
    path::Path,
};

use anyhow::Result;
use console::Term;
use figures::machine::Load;
use serde::Serialize;
use workspace::{Workspace, running::Interruptible};

use crate::{
    error::TooSoon,
    judge,
    run::{
        self,
        prices::{self, Prices},
    },
    show::{self, frame::heading, progress::progress, table::Look},
};

/// What `compare worthwhile --json` prints.
#[derive(Serialize)]
struct JsonOfWorthwhile {
    version: u32,
    machine: Load,
    approaches: Vec<judge::worthwhile::Approach>,
    sentences: Vec<String>,
}

/// Says which pieces of work repay handing them over; says whether everything could be measured.
pub(crate) fn measure(
    workspace: &Workspace,
    prices: Option<&Path>,
    runs: usize,
    json: bool,
    look: Look,
) -> Result<bool> {
    let machine = Load::look();
    let mut out = io::stdout().lock();
    // A file that cannot be read is found out before anything is built.
    let prices = prices.map(Prices::read).transpose()?;
    if machine.cores == 1 {
        let sentences = vec![show::worthwhile::ONE_CORE.to_owned()];
        if json {
            let json = JsonOfWorthwhile { version: 1, machine, approaches: Vec::new(), sentences };
            writeln!(out, "{}", serde_json::to_string(&json)?)?;
        } else {
            writeln!(out, "{}", sentences.concat())?;
        }
        return Ok(true);
    }
    let program = workspace.build_tool(prices::PROGRAM, &[])?;
    if !json {
        write!(out, "{}", heading(machine))?;
        out.flush()?;
    }
    let term = Term::stderr();
    let interruptible = Interruptible::begin();
    let approaches = run::worthwhile::measure(&program, prices, runs, machine.cores, |what| {
        progress(&term, what);
    });
    drop(interruptible);
    progress(&term, "");
    let Some(approaches) = approaches? else { return Err(TooSoon.into()) };
    let sentences = judge::worthwhile::sentences(&approaches);
    let all_right = approaches.iter().all(|approach| approach.fault.is_none());
    if json {
        let json = JsonOfWorthwhile { version: 1, machine, approaches, sentences };
        writeln!(out, "{}", serde_json::to_string(&json)?)?;
    } else {
        let section = show::worthwhile::section(&approaches, &sentences, machine.cores, look);
        write!(out, "\n{section}")?;
    }
    Ok(all_right)
}
