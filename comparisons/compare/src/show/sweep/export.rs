//! A sweep for other programs: a table of Markdown, and comma-separated values.

use super::text::{rows, title};
use crate::{judge::sweep::Swept, show::export};

/// The table and the sentences as Markdown.
#[must_use]
pub(crate) fn markdown(swept: &Swept, row: &str) -> String {
    let rows = rows(swept);
    let mut text = format!("{}.\n\n{}\n", title(swept, row), export::table(&rows[0], &rows[1..]));
    for sentence in swept.sentences() {
        text += &format!("- {sentence}\n");
    }
    text
}

/// A line for each run: at which value, which version, in which round, and its time in seconds.
#[must_use]
pub(crate) fn csv(swept: &Swept) -> String {
    let mut text = format!("{},version,round,wall_s\n", export::quoted(&swept.flag));
    for step in &swept.steps {
        for version in &step.comparison.versions {
            let names = [&*step.value, version.approach.name()];
            text += &export::runs(names, &version.wall_ns);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::sweep::tests::example;

    #[test]
    fn there_are_forms_for_pages_and_spreadsheets() {
        let markdown = markdown(&example(), "http");
        assert!(markdown.contains("\n| --limit | 1 | 2 | 4 | 8 |\n|---|---|"), "{markdown}");
        assert!(
            markdown.contains("\n| threads | 1.00 ≈ | 2.00 | 0.91 | crashed |\n"),
            "{markdown}"
        );
        assert!(markdown.contains("\n- tokio wins from limit = 2 on;"), "{markdown}");
        let csv = csv(&example());
        assert!(
            csv.starts_with("\"limit\",version,round,wall_s\n\"1\",\"sequential\",1,1.000000\n")
        );
        // Three versions in three rounds at four values, but one that crashed at the last.
        assert_eq!(csv.lines().count(), 1 + 3 * 3 * 4 - 3);
    }
}
