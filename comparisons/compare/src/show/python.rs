//! The small table of what each language gains over its own sequential version.

use figures::words::{self, wrapped_in};

use super::columns;
use crate::judge::python::{Language, Languages};

/// Everything that is printed about the languages of one row.
#[must_use]
pub(crate) fn section(languages: &Languages, width: usize) -> String {
    let constructs = languages.constructs();
    let Languages { languages, sentences } = languages;
    let heads = languages.iter().map(head);
    let mut table = columns::table(std::iter::once("version".to_owned()).chain(heads));
    let sequential =
        languages.iter().map(|language| words::figure(language.sequential_ns / 1e9) + " s");
    table.add_row(std::iter::once("sequential".to_owned()).chain(sequential));
    for construct in constructs {
        let cells = languages.iter().map(|language| {
            language.gain(construct).map_or_else(|| "–".into(), |gain| words::estimate(gain.times))
        });
        table.add_row(std::iter::once(construct.to_owned()).chain(cells));
    }
    let mut text =
        wrapped_in(width, "", "How many times as fast as sequential in the same language [95 %]:");
    text += &columns::text(table);
    text.push('\n');
    for sentence in sentences {
        text += &wrapped_in(width, "- ", sentence);
    }
    text
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
    }
}
