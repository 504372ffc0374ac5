//! The lines above and below the tables: the machine, and what to try next.

use figures::machine::Load;
use workspace::{Row, Side};

use crate::find::selection::HEADLINE;

/// What stands above everything else.
pub(crate) fn heading(machine: Load) -> String {
    let warning = machine.warning().map(|warning| format!("warning: {warning}\n"));
    format!("{machine}\n{}", warning.unwrap_or_default())
}

/// What to try next, with the commands that do it. What was measured with these flags already isn't
/// among it.
pub(crate) fn hints(rows: &[Row], flags: &[String], columns: usize) -> String {
    let has = |wanted: &str| {
        let words: Vec<&str> = wanted.split(' ').collect();
        flags.windows(words.len()).any(|flags| flags == words.as_slice())
    };
    let mut hints = Vec::new();
    for row in rows {
        let (question, flag) = match row.side {
            Side::Io => ("with fewer in flight", "--limit 10"),
            Side::Cpu => ("with one worker", "--workers 1"),
        };
        if !has(flag) {
            hints.push((
                format!("{} {question}", row.name),
                format!("cargo run --release -p compare -- {} -- {flag}", row.name),
            ));
        }
        if row.cells.iter().any(|cell| !cell.approach.is_baseline()) {
            hints.push((
                "who did what when".into(),
                format!("cargo run --release -p compare -- {} --timeline", row.name),
            ));
        }
    }
    if !HEADLINE.iter().all(|name| rows.iter().any(|row| row.name == *name)) {
        hints.push((HEADLINE.join(" and "), "cargo run --release".into()));
    }
    let width = hints.iter().map(|(question, _)| question.len()).max().unwrap_or(0);
    let fits = hints.iter().all(|(_, command)| 2 + width + 2 + command.len() <= columns);
    let lines = hints.iter().map(|(question, command)| {
        if fits {
            format!("  {question:<width$}  {command}\n")
        } else {
            format!("  {question}\n    {command}\n")
        }
    });
    std::iter::once("Try next:\n".to_owned()).chain(lines).collect()
}
