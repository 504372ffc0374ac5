//! Two versions of a row side by side: `compare diff http sequential tokio`.

use std::{fmt::Write, fs, path::Path};

use anyhow::{Context, Result};
use console::Style;
use similar::TextDiff;
use workspace::{
    Cell,
    beside::{Difference, Line, aligned},
};

use super::table::Look;

/// The lesson of a cell.
const LESSON: [&str; 1] = ["src/lib.rs"];
/// All that a cell consists of.
const WHOLE: [&str; 3] = ["Cargo.toml", "src/lib.rs", "src/main.rs"];
/// The narrowest that a side can be.
const NARROWEST: usize = 30;
/// What stands between the sides: a blank, a mark, and a blank.
const BETWEEN: usize = 3;

/// How two versions are shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    /// One below the other, as `diff -u` does it.
    pub(crate) unified: bool,
    /// The manifest and `main` as well as the lesson.
    pub(crate) whole: bool,
}

/// Two versions, file by file.
///
/// # Errors
/// A file cannot be read.
pub(crate) fn diff(left: &Cell, right: &Cell, form: Form, look: Look) -> Result<String> {
    let mut text = String::new();
    for file in if form.whole { &WHOLE[..] } else { &LESSON } {
        let names = [left, right].map(|cell| format!("{}/{file}", cell.package()));
        let [left, right] = [left, right].map(|cell| read(&cell.folder.join(file)));
        let (left, right) = (left?, right?);
        if !text.is_empty() {
            text.push('\n');
        }
        text += &if form.unified {
            unified(&names, &left, &right, look.colour)
        } else {
            side_by_side(&names, &left, &right, look)
        };
    }
    Ok(text)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Each pair of lines at the same height. A mark between them says in which side a line differs.
fn side_by_side([left, right]: &[String; 2], old: &str, new: &str, look: Look) -> String {
    let width = (look.width.saturating_sub(BETWEEN) / 2).max(NARROWEST);
    let lines = aligned(old, new);
    // A side is no wider than its longest line.
    let longest = |lines: &[Option<Line>]| {
        lines.iter().flatten().map(|line| line.text.chars().count()).max().unwrap_or_default()
    };
    let width = width.min(lines.iter().map(|side| longest(side)).max().unwrap_or_default());
    let width = width.max(NARROWEST);
    let colour = |style: Style| style.force_styling(look.colour);
    let bold = colour(Style::new().bold());
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ =
        writeln!(text, "{}{}", bold.apply_to(format!("{left:<width$}   ")), bold.apply_to(right));
    let [old, new] = lines;
    for (left, right) in old.into_iter().zip(new) {
        let mark = match (&left, &right) {
            (Some(Line { difference: Difference::None, .. }), _) => ' ',
            (Some(_), Some(_)) => '|',
            (Some(_), None) => '<',
            (None, _) => '>',
        };
        let differs = mark != ' ';
        let style = |style: Style| if differs { colour(style) } else { colour(Style::new()) };
        let [left, right] = [left, right].map(|line| folded(line, width));
        for place in 0..left.len().max(right.len()) {
            let part = |side: &[String]| side.get(place).cloned().unwrap_or_default();
            // Only the first of several lines that belong together has a mark.
            let mark = if place == 0 { mark } else { ' ' };
            let left = format!("{:<width$}", part(&left));
            let line = format!(
                "{} {mark} {}",
                style(Style::new().red()).apply_to(left),
                style(Style::new().green()).apply_to(part(&right))
            );
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    text
}

/// Wraps a line. Its continuation is indented by two more.
fn folded(line: Option<Line>, width: usize) -> Vec<String> {
    let Some(Line { text: line, .. }) = line else { return Vec::new() };
    let indent = line.chars().take_while(|letter| *letter == ' ').count() + 2;
    // In a narrow space a deep line goes on at the margin.
    let indent = if indent + NARROWEST / 2 > width { 0 } else { indent };
    let mut parts = vec![String::new()];
    for letter in line.chars() {
        let last = parts.last().map_or(0, |part| part.chars().count());
        if last == width {
            parts.push(" ".repeat(indent));
        }
        if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    parts
}

fn unified([left, right]: &[String; 2], old: &str, new: &str, colour: bool) -> String {
    let diff = TextDiff::from_lines(old, new).unified_diff().header(left, right).to_string();
    let style = |line: &str| match line.chars().next() {
        Some('-') => Style::new().red(),
        Some('+') => Style::new().green(),
        Some('@') => Style::new().cyan(),
        _ => Style::new(),
    };
    let lines = diff.lines();
    lines.map(|line| format!("{}\n", style(line).force_styling(colour).apply_to(line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT: &str = "use a;\n\nfn run() {\n    one();\n}\n";
    const RIGHT: &str = "use a;\n\nasync fn run() {\n    one().await;\n    two();\n}\n";

    fn names() -> [String; 2] {
        ["a-sequential".into(), "a-tokio".into()]
    }

    #[test]
    fn what_both_have_stands_at_the_same_height_and_what_differs_is_marked() {
        let look = Look { colour: false, width: 80 };
        assert_eq!(
            side_by_side(&names(), LEFT, RIGHT, look),
            "a-sequential                     a-tokio\n\
             use a;                           use a;\n\
             \n\
             fn run() {                     | async fn run() {\n    \
             one();                     |     one().await;\n                               \
             >     two();\n\
             }                                }\n"
        );
    }

    #[test]
    fn long_lines_go_on_below_within_the_width() {
        let long = "    let answer = ask_all_of_them(about, everything, that, they, may, know);\n";
        let look = Look { colour: false, width: 70 };
        let text = side_by_side(&names(), long, "", look);
        assert!(text.lines().all(|line| line.chars().count() <= 70), "{text}");
        assert_eq!(text.lines().count(), 4, "{text}");
        let parts = folded(Some(Line { text: long.trim_end(), difference: Difference::All }), 33);
        assert!(parts[1].starts_with("      "), "{parts:?}");
    }

    #[test]
    fn there_is_a_unified_form() {
        let text = unified(&names(), LEFT, RIGHT, false);
        assert!(text.starts_with("--- a-sequential\n+++ a-tokio\n@@"), "{text}");
        assert!(text.contains("\n-fn run() {\n"), "{text}");
        assert!(unified(&names(), LEFT, RIGHT, true).contains("\u{1b}[31m-fn run"));
    }
}
