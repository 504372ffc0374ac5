//! Columns without rules between them: the form of all tables in the terminal.

use comfy_table::{CellAlignment, Table, TableStyle, presets};

/// A table that has no rows yet.
#[must_use]
pub(crate) fn table<T: ToString>(heads: impl IntoIterator<Item = T>) -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::clone(&presets::NOTHING));
    table.set_header(heads.into_iter().map(|head| head.to_string()).collect::<Vec<_>>());
    table
}

/// The lines of a table: its first column begins at the left, and the figures in the others end at
/// the right.
#[must_use]
pub(crate) fn lines(mut table: Table) -> Vec<String> {
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if place > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// The same as one text.
#[must_use]
pub(crate) fn text(table: Table) -> String {
    lines(table).into_iter().map(|line| line + "\n").collect()
}
