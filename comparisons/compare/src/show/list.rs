//! The rows and their questions: `compare list`.

use std::fmt::Write;

use figures::words::wrapped_in;
use workspace::{COLUMNS, Row, Side, Workspace};

/// All rows, each with its question and its versions, in lines of no more than `width`.
#[must_use]
pub(crate) fn list(workspace: &Workspace, width: usize) -> String {
    let mut text = String::new();
    for side in Side::ALL {
        let title = match side {
            Side::Io => "Programs that wait",
            Side::Cpu => "Programs that compute",
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{title} ({})\n", side.folder());
        for row in workspace.rows().iter().filter(|row| row.side == side) {
            text += &wrapped_in(width, &format!("  {:<12}", row.name), &workspace.question(row));
            text += &wrapped_in(width, &" ".repeat(14), &versions(row));
        }
        text.push('\n');
    }
    text + "To compare some of them: cargo run --release -p compare -- ROW…\n"
}

/// The versions of a row; those in the grid by name only if one is missing.
fn versions(row: &Row) -> String {
    let names = |in_grid: bool| -> Vec<&str> {
        let cells = row.cells.iter().filter(|cell| cell.approach.column().is_some() == in_grid);
        cells.map(|cell| cell.approach.name()).collect()
    };
    let (grid, beyond) = (names(true), names(false));
    let grid = if grid.len() == COLUMNS.len() {
        format!("all {} approaches", COLUMNS.len())
    } else {
        grid.join(", ")
    };
    if beyond.is_empty() { grid } else { format!("{grid}, and {}", beyond.join(", ")) }
}
