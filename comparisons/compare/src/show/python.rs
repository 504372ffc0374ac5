//! The small table of what each language gains over its own sequential version.

use figures::words::{self, wrapped_in};

use super::{columns, export};
use crate::judge::python::{Language, Languages};

/// What stands above the table.
const TITLE: &str = "How many times as fast as sequential in the same language [95 %]:";

/// Everything that is printed about the languages of one row.
#[must_use]
pub(crate) fn section(languages: &Languages, width: usize) -> String {
    let mut table = columns::table(heads(languages));
    for row in rows(languages) {
        table.add_row(row);
    }
    let mut text = wrapped_in(width, "", TITLE);
    text += &columns::text(table);
    text.push('\n');
    for sentence in &languages.sentences {
        text += &wrapped_in(width, "- ", sentence);
    }
    text
}

/// The same in Markdown.
#[must_use]
pub(crate) fn markdown(languages: &Languages) -> String {
    let table = export::table(&heads(languages), &rows(languages));
    let sentences = languages.sentences.iter().map(|sentence| format!("- {sentence}\n"));
    format!("{TITLE}\n\n{table}\n{}", sentences.collect::<String>())
}

/// The head of each column.
fn heads(languages: &Languages) -> Vec<String> {
    std::iter::once("version".to_owned()).chain(languages.languages.iter().map(head)).collect()
}

/// The time of the sequential version, and the gain of each other one.
fn rows(languages: &Languages) -> Vec<Vec<String>> {
    let row = |name: &str, figure: &dyn Fn(&Language) -> String| {
        let figures = languages.languages.iter().map(figure);
        std::iter::once(name.to_owned()).chain(figures).collect()
    };
    let sequential =
        row("sequential", &|language| words::figure(language.sequential_ns / 1e9) + " s");
    let gains = languages.constructs().map(|construct| {
        row(construct, &|language| {
            language.gain(construct).map_or_else(|| "–".into(), |gain| words::estimate(gain.times))
        })
    });
    std::iter::once(sequential).chain(gains).collect()
}

/// The head of a language's column.
fn head(language: &Language) -> String {
    match (&*language.name, language.gil) {
        ("Rust", _) => "Rust".into(),
        (name, true) => format!("{name}\nwith a GIL"),
        (name, false) => format!("{name}\nwithout a GIL"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::python::tests::{computing, python};

    #[test]
    fn the_table_has_a_column_for_each_language_and_fits_a_terminal() {
        let pythons = [python("python", true), python("python3.14t", false)];
        let drawn = Languages::draw(&computing(), &pythons).expect("there is Python");
        let text = section(&drawn, 80);
        for part in
            ["Rust", "Python 3.14.1t", "without a GIL", "\nsequential", "\nprocesses", " –\n"]
        {
            assert!(text.contains(part), "{part:?} in {text}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        let text = markdown(&drawn);
        for part in ["| version | Rust | Python", " without a GIL |", "\n| processes | ", "\n- "] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
    }
}
