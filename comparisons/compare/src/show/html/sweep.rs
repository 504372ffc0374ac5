//! The page of a sweep.

use std::fmt::Write;

use anyhow::Result;
use figures::machine::{Load, Machine};
use picture::{
    curves::{self, Curves},
    svg::escaped,
};
use serde_json::Value;
use viewer::escape::json_in_html;

use super::page::{document, origin, paragraph, section};
use crate::{judge::sweep::Swept, show::sweep};

/// All that the page of a sweep shows.
pub(crate) struct Page<'a> {
    /// The figures.
    pub(crate) swept: &'a Swept,
    /// The row.
    pub(crate) row: &'a str,
    /// Where it was measured.
    pub(crate) machine: Load,
    /// What was typed to get this.
    pub(crate) command: String,
    /// Whether it was measured before, and is only shown again.
    pub(crate) again: bool,
    /// What `--json` prints of it.
    pub(crate) json: Value,
}

/// The page.
///
/// # Errors
/// Data has no form in JSON.
pub(crate) fn page(page: &Page) -> Result<String> {
    let title = sweep::text::title(page.swept, page.row);
    let sections = [verdict(page), charts(page), table(page.swept), data(page)?];
    let body = format!("{}<main>\n{}</main>\n", header(page, &title), sections.concat());
    Ok(document(&title, &body))
}

fn header(page: &Page, title: &str) -> String {
    format!(
        "<header>\n<nav><button type=\"button\" id=\"scheme\" class=\"scripts-only\">Dark</button></nav>\n\
         <h1>{}</h1>\n{}{}</header>\n",
        escaped(title),
        paragraph(&format!("This machine: {}. {}.", Machine::here(), page.machine)),
        origin(&page.command, page.again),
    )
}

fn verdict(page: &Page) -> String {
    let sentences = page.swept.sentences().into_iter();
    let sentences: String =
        sentences.map(|sentence| format!("<li>{}</li>\n", escaped(&sentence))).collect();
    let warning = page.machine.warning();
    let warning =
        warning.map(|note| format!("<p class=\"note\">At the start, {}.</p>\n", escaped(&note)));
    let warning = warning.unwrap_or_default();
    section("verdict", "The verdict", &format!("<ul>\n{sentences}</ul>\n{warning}"))
}

fn charts(page: &Page) -> String {
    let wide = sweep::picture::curves(page.swept, page.row, Vec::new());
    let narrow = Curves { id: "narrow-sweep".into(), ..wide.clone() };
    section(
        "chart",
        "The curves",
        &format!(
            "<style>{}</style>\n<div class=\"on-wide\">{}</div>\n<div class=\"on-narrow\">{}</div>\n",
            curves::STYLE,
            curves::draw(&wide, curves::COLUMNS),
            curves::draw(&narrow, 1),
        ),
    )
}

fn table(swept: &Swept) -> String {
    let mut rows = sweep::text::rows(swept).into_iter();
    let heads = rows.next().unwrap_or_default();
    let heads: String =
        heads.iter().map(|head| format!("<th scope=\"col\">{}</th>", escaped(head))).collect();
    let mut html = format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"The figures\">\n\
         <table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
    );
    for row in rows {
        let (head, cells) = row.split_first().map_or(("", &[][..]), |(head, rest)| (head, rest));
        let cells = cells.iter().map(|cell| format!("<td>{}</td>", escaped(cell)));
        let cells: String = cells.collect();
        // Writing to a string cannot fail.
        let _ = writeln!(html, "<tr><th scope=\"row\">{}</th>{cells}</tr>", escaped(head));
    }
    html += "</tbody>\n</table>\n</div>\n";
    section("values", "The figures", &html)
}

/// What readers may download.
fn data(page: &Page) -> Result<String> {
    let json = json_in_html(&page.json)?;
    Ok(section(
        "data",
        "The data",
        &format!(
            "<p class=\"scripts-only\"><a id=\"download-figures\" href=\"#data\" \
             download=\"{}-by-{}.json\">The figures</a> as <code>--json</code> prints them.</p>\n\
             <noscript><p>This file holds the figures as JSON.</p></noscript>\n\
             <script type=\"application/json\" id=\"figures\">{json}</script>\n",
            escaped(page.row),
            escaped(&page.swept.flag),
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::sweep::tests::example;

    #[test]
    fn the_page_has_the_sentences_the_curves_the_table_and_the_data() {
        let swept = example();
        let html = page(&Page {
            swept: &swept,
            row: "http",
            machine: Load { cores: 2, free_cores: Some(2.0) },
            command: "compare <http>".into(),
            again: false,
            json: Value::from("</script>"),
        });
        let html = html.expect("a text has a form in JSON");
        for part in [
            "<li>tokio wins from limit = 2 on;",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"",
            "<tr><th scope=\"row\">threads</th><td>1.00 ≈</td><td>2.00</td>",
            "<code>compare &lt;http&gt;</code>",
            "id=\"figures\">\"\\u003c/script>\"</script>",
        ] {
            assert!(html.contains(part), "{part} is missing in: {html}");
        }
    }
}
