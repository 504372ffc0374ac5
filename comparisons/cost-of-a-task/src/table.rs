//! The price list in a terminal.

use comfy_table::{CellAlignment, Table, TableStyle, presets};
use console::Style;

use figures::words;

use crate::{
    price::{Point, Price},
    published::{self, SOURCES},
    results::{Figure, Results},
    text,
};

/// What stands where there is no figure.
const NONE: &str = "–";

/// One table: its title, what its figures are, and the prices whose rows it has.
struct Part {
    title: &'static str,
    meaning: &'static str,
    prices: &'static [Price],
    /// What stands over a column, by its size.
    head: fn(usize) -> String,
    /// Whether a column has room for both ends of an interval.
    wide: bool,
}

const PARTS: [Part; 5] = [
    Part {
        title: "Creating and joining one",
        meaning: "Time for each, created one at a time or many together (1,000; 100 threads; 20 \
                  processes).\nNone of them does anything.",
        prices: &[Price::Create],
        head: |size| (if size == 1 { "one at a time" } else { "many together" }).into(),
        wide: true,
    },
    Part {
        title: "Holding one that waits",
        meaning: "Resident memory for each, by how many are waiting. They sleep. A rayon job waits for \
                  its turn,\nand a function call for the call that it has made. For a process, only \
                  the pages count that it\nshares with no other.",
        prices: &[Price::Memory],
        head: |size| words::grouped(size),
        wide: false,
    },
    Part {
        title: "Switching to the next",
        meaning: "Time to pass a token on to the next in a ring, by how many are in the ring.",
        prices: &[Price::SwitchPipes, Price::SwitchChannels],
        head: |size| words::grouped(size),
        wide: false,
    },
    Part {
        title: "Sending a message",
        meaning: "Time for each message of 8 bytes. One task or thread sends and receives it, or one \
                  sends a stream\nof them to another. The channels hold 128 messages.",
        prices: &[Price::Message],
        head: |size| (if size == 1 { "to itself" } else { "to another" }).into(),
        wide: true,
    },
    Part {
        title: "Doing a piece of work",
        meaning: "Time for each piece, by how long it takes on one core. Many pieces are handed out \
                  before the first\nis joined. The plain loop hands out none.",
        prices: &[Price::Work],
        head: |size| text::value(Price::Work, size as f64),
        wide: false,
    },
];

/// The whole price list. Colour is used only if it is asked for.
#[must_use]
pub fn price_list(results: &Results, colour: bool) -> String {
    let mut text = String::new();
    for part in &PARTS {
        text += &section(part, results, colour);
    }
    text += "Medians, with 95 % intervals. The published figures come from other machines:\n";
    for source in SOURCES {
        text += &words::wrapped(&format!("  {}  ", source.mark), source.title);
        text += &format!("     {}\n", source.url);
    }
    if !results.left_out.is_empty() {
        text.push('\n');
    }
    for left_out in &results.left_out {
        text += &format!("{}\n", left_out.in_words());
    }
    if !results.ratios.is_empty() {
        text.push('\n');
    }
    for ratio in &results.ratios {
        text += &words::wrapped("- ", &ratio.in_words());
    }
    text
}

/// Nothing, if nothing of it was measured.
fn section(part: &Part, results: &Results, colour: bool) -> String {
    let figures: Vec<&Figure> = part.prices.iter().flat_map(|&price| results.of(price)).collect();
    if figures.is_empty() {
        return String::new();
    }
    let mut columns: Vec<String> = Vec::new();
    let mut sizes: Vec<usize> = figures.iter().map(|figure| figure.point.size).collect();
    sizes.sort_unstable();
    for size in sizes {
        let head = (part.head)(size);
        if !columns.contains(&head) {
            columns.push(head);
        }
    }
    let mut rows: Vec<Point> = figures.iter().map(|figure| figure.point).collect();
    rows.dedup_by_key(|point| point.row());

    let mut table = Table::new();
    table.load_style(TableStyle::clone(&presets::NOTHING));
    let heads = columns.iter().map(String::as_str);
    table.set_header([""].into_iter().chain(heads).chain(["published"]));
    for row in &rows {
        let cells = columns.iter().map(|column| {
            let figure = figures.iter().find(|figure| {
                figure.point.row() == row.row() && (part.head)(figure.point.size) == *column
            });
            let shown = if part.wide { text::estimate } else { text::short_estimate };
            figure.map_or(NONE.into(), |figure| shown(row.price, figure.estimate))
        });
        // In two lines, where one would be too wide.
        let label = row.row().replacen(" (", "\n(", 1);
        table.add_row([label].into_iter().chain(cells).chain([published(*row)]));
    }
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if place > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let style = Style::new().force_styling(colour);
    let mut text = format!("{}\n{}\n\n", style.clone().bold().apply_to(part.title), part.meaning);
    for (place, line) in table.lines().enumerate() {
        let line = line.trim_end();
        let style = if place == 0 { style.clone().dim() } else { style.clone() };
        text += &format!("{}\n", style.apply_to(line));
    }
    text.push('\n');
    text
}

/// What others have published: `17.0 µs a, 66.0 µs b`.
fn published(row: Point) -> String {
    let figures = published::of(row.kind, row.price);
    let figures: Vec<String> = figures
        .map(|figure| format!("{} {}", text::value(row.price, figure.value), figure.source))
        .collect();
    figures.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::tests::example;

    #[test]
    fn every_part_has_its_rows_and_its_gaps() {
        let text = price_list(&example(), false);
        for part in [
            "std thread  ",
            "21.0 µs [20.0, 22.0]",
            "17.0 µs a, 66.0 µs b",
            "400 B ±<1 %",
            "pipes, processes ",
            "channels, tokio tasks ",
            "2.20 µs b",
            "left out: memory of std thread, 100,000 waiting: no room for 100,000 threads\n",
        ] {
            assert!(text.contains(part), "{part:?} is missing in:\n{text}");
        }
        assert!(text.lines().any(|line| line.starts_with("std thread") && line.contains(NONE)));
    }

    #[test]
    fn async_std_is_called_discontinued_in_the_table_too() {
        let text = price_list(&example(), false);
        let lines: Vec<&str> = text.lines().collect();
        let place = lines.iter().position(|line| line.starts_with("async-std")).expect("a row");
        assert_eq!(lines[place + 1], "(discontinued)");
    }

    #[test]
    fn there_is_colour_only_if_it_is_asked_for() {
        assert!(!price_list(&example(), false).contains('\u{1b}'));
        assert!(price_list(&example(), true).contains('\u{1b}'));
    }
}
