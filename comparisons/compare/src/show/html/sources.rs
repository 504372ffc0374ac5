//! The sources of any two versions, side by side.

use std::{ffi::OsStr, fmt::Write, path::Path};

use picture::svg::escaped;
use workspace::beside::{Difference, Line, aligned};

/// The lesson of a version.
pub(super) struct Source {
    /// What the version is called.
    pub(super) label: String,
    /// Where it stands, from the workspace's root.
    pub(super) path: String,
    pub(super) text: String,
}

impl Source {
    /// The end of its path, by which languages are told apart.
    fn extension(&self) -> Option<&OsStr> {
        Path::new(&self.path).extension()
    }
}

/// Menus for two versions, the panes of the first and of the one at place `right`, and templates of
/// all others.
#[must_use]
pub(super) fn panes(sources: &[Source], right: usize) -> String {
    let menu = |id: &str, label: &str, chosen: usize| {
        let options: String = sources
            .iter()
            .enumerate()
            .map(|(place, source)| {
                let selected = if place == chosen { " selected" } else { "" };
                format!("<option value=\"{place}\"{selected}>{}</option>", escaped(&source.label))
            })
            .collect();
        format!("<label>{label} <select id=\"{id}\">{options}</select></label>\n")
    };
    let mut html = format!(
        "<div class=\"tools scripts-only\">\n{}{}</div>\n\
         <p class=\"small\">A bar marks lines that differ, an underline the words in them.</p>\n",
        menu("left", "Left", 0),
        menu("right", "Right", right)
    );
    let pair = |left: usize, right: usize| match (sources.get(left), sources.get(right)) {
        (Some(left), Some(right)) => beside(left, right),
        _ => String::new(),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(html, "<div id=\"panes\">{}</div>", pair(0, right));
    for left in 0..sources.len() {
        for right in left..sources.len() {
            let _ = writeln!(
                html,
                "<template data-left=\"{left}\" data-right=\"{right}\">{}</template>",
                pair(left, right)
            );
        }
    }
    html
}

/// Two sources as two panes, each line at the height of its like. In different languages hardly a line
/// is the same, so there each has its own lines one after the other, and nothing is marked.
fn beside(left: &Source, right: &Source) -> String {
    let lines = if left.extension() == right.extension() {
        aligned(&left.text, &right.text)
    } else {
        [left, right].map(|source| {
            let lines = source.text.lines();
            lines.map(|text| Some(Line { text, difference: Difference::None })).collect()
        })
    };
    let panes =
        lines.map(|lines| lines.iter().map(|shown| line(shown.as_ref())).collect::<String>());
    let panes = [left, right].into_iter().zip(panes).map(|(source, lines)| {
        format!(
            "<div class=\"pane\"><p>{} <code>{}</code></p><pre tabindex=\"0\"><code>{lines}</code></pre></div>",
            escaped(&source.label),
            escaped(&source.path)
        )
    });
    panes.collect()
}

/// A line with the words marked that differ; an empty one where only the other side has a line.
fn line(shown: Option<&Line>) -> String {
    let Some(Line { text, difference }) = shown else {
        return "<span class=\"filler\">\n</span>".into();
    };
    let parts = match difference {
        Difference::None => return format!("<span>{}\n</span>", escaped(text)),
        Difference::Words(parts) => parts.clone(),
        // If all of the line differs, the mark of the line says it.
        Difference::All => Vec::new(),
    };
    let mut html = String::from("<span class=\"differs\">");
    let mut end = 0;
    for part in parts {
        html += &escaped(&text[end..part.start]);
        html += &format!("<mark>{}</mark>", escaped(&text[part.clone()]));
        end = part.end;
    }
    html + &escaped(&text[end..]) + "\n</span>"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(label: &str, text: &str) -> Source {
        Source { label: label.into(), path: format!("{label}/src/lib.rs"), text: text.into() }
    }

    #[test]
    fn words_that_differ_are_marked_and_code_is_escaped() {
        let html = beside(
            &source("threads", "let a: Vec<u8> = ask(x);\n"),
            &source("tokio", "let a: Vec<u8> = ask(x).await;\nend();\n"),
        );
        assert!(
            html.contains("<span class=\"differs\">let a: Vec&lt;u8&gt; = ask(x);\n"),
            "{html}"
        );
        assert!(html.contains("ask(x)<mark>.await</mark>;"), "{html}");
        assert!(html.contains("<span class=\"differs\">end();\n"), "{html}");
        assert!(html.contains("<span class=\"filler\">"), "{html}");
    }

    #[test]
    fn sources_in_two_languages_are_neither_aligned_nor_marked() {
        let python = Source {
            label: "python asyncio".into(),
            path: "comparisons/python/http/asyncio.py".into(),
            text: "import asyncio\n".into(),
        };
        let html = beside(&source("tokio", "use a;\nlet b = c;\n"), &python);
        assert!(html.contains("<span>import asyncio\n</span></code>"), "{html}");
        assert!(!html.contains("filler") && !html.contains("differs"), "{html}");
    }

    #[test]
    fn any_two_can_be_chosen_and_the_first_and_the_best_are_shown() {
        let sources = [source("a", "1\n"), source("b", "2\n"), source("c", "3\n")];
        let html = panes(&sources, 2);
        assert_eq!(html.matches("<template").count(), 6);
        let (_, shown) = html.split_once("id=\"panes\">").expect("there are panes");
        let shown = shown.lines().next().unwrap_or_default();
        assert!(shown.contains("a/src/lib.rs"), "{html}");
        assert!(html.contains("<option value=\"2\" selected>c</option>"), "{html}");
        assert!(panes(&[], 0).contains("id=\"panes\""));
    }
}
