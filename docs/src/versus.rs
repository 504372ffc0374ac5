//! Two sources side by side: what they say of themselves, their imports, which are folded, and
//! their code, with the words marked that differ.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use anyhow::Result;
use picture::svg;
use workspace::beside::{Difference, Line, aligned};

use crate::{lesson::Lesson, source};

/// One of the two.
#[derive(Debug)]
pub struct Side {
    /// A word for it.
    pub name: String,
    /// What is above it, in Markdown.
    pub caption: String,
    /// What it consists of.
    pub lesson: Lesson,
}

/// The versions that a reader may choose both sides from.
#[derive(Debug)]
pub struct Choice {
    /// The names, and what they are called.
    pub names: Vec<(String, String)>,
    /// The script with all pairs of them, by its path from the book's root.
    pub script: String,
}

/// Both sides as HTML within Markdown, each in its language of the highlighter. `scripts/versus.js`
/// lets the reader choose others, if there is a choice.
#[must_use]
pub fn versus(sides: [&Side; 2], languages: [&str; 2], choice: Option<&Choice>) -> String {
    let script = choice.map(|choice| format!(" data-script=\"{}\"", choice.script));
    let [left, right] = sides.map(|side| side.name.as_str());
    let mut html = format!(
        "<div class=\"versus\"{}>\n<form class=\"tabs\">\
         <label><input type=\"radio\" name=\"side\" value=\"left\" checked><span>{left}</span></label>\
         <label><input type=\"radio\" name=\"side\" value=\"right\"><span>{right}</span></label>\
         </form>\n<div class=\"sides captions\">\n",
        script.unwrap_or_default()
    );
    for (side, place) in sides.into_iter().zip(["Left", "Right"]) {
        let choice = choice.map(|choice| menu(choice, &side.name, place)).unwrap_or_default();
        // Between empty lines there is Markdown again.
        html += &format!("<div>\n{choice}\n\n{}\n\n</div>\n", side.caption);
    }
    let pair = pair(sides.map(|side| &side.lesson), languages);
    html + &format!("</div>\n<div class=\"pair\">\n{pair}</div>\n</div>\n")
}

/// A menu of all versions, which a script shows.
fn menu(choice: &Choice, chosen: &str, place: &str) -> String {
    let options = choice.names.iter().map(|(name, label)| {
        let selected = if name == chosen { " selected" } else { "" };
        format!("<option value=\"{name}\"{selected}>{label}</option>")
    });
    let options: String = options.collect();
    format!("<select aria-label=\"{place} version\" autocomplete=\"off\" hidden>{options}</select>")
}

/// All that is below the captions, as HTML without empty lines.
fn pair(lessons: [&Lesson; 2], languages: [&str; 2]) -> String {
    let mut html = String::new();
    let [left, right] = lessons.map(Lesson::prose);
    if !(left.is_empty() && right.is_empty()) {
        html += &format!("<div class=\"sides about\"><div>{left}</div><div>{right}</div></div>\n");
    }
    let [left, right] = lessons.map(|lesson| lesson.imports.as_str());
    if !(left.is_empty() && right.is_empty()) {
        let same = if left == right { ", the same in both" } else { "" };
        html += &format!(
            "<details class=\"imports\"><summary>Imports{same}</summary>\n{}</details>\n",
            code(left, right, languages)
        );
    }
    let [left, right] = lessons.map(|lesson| lesson.code.as_str());
    html + &code(left, right, languages)
}

/// Two pieces of code as columns, whose lines share the rows of one grid. In different languages hardly
/// a line is the same, so there nothing is marked, and each has rows of its own.
fn code(left: &str, right: &str, languages: [&str; 2]) -> String {
    let is_one_language = languages[0] == languages[1];
    let sides = if is_one_language { aligned(left, right) } else { [left, right].map(unmarked) };
    let class = if is_one_language { "sides code" } else { "sides code apart" };
    let mut html = format!("<div class=\"{class}\" style=\"--lines: {}\">", sides[0].len());
    for (lines, language) in sides.into_iter().zip(languages) {
        let lines: String = lines.into_iter().map(line).collect();
        html += &format!("<pre><code class=\"language-{language}\">{lines}</code></pre>");
    }
    html + "</div>\n"
}

fn unmarked(text: &str) -> Vec<Option<Line<'_>>> {
    text.lines().map(|text| Some(Line { text, difference: Difference::None })).collect()
}

fn line(line: Option<Line>) -> String {
    let Some(Line { text, difference }) = line else {
        return "<span class=\"filler\">\n</span>".into();
    };
    // Where a line is wrapped, it goes on below its own beginning.
    let indent = text.len() - text.trim_start().len();
    let (class, text) = match difference {
        Difference::None => ("", escaped(text)),
        Difference::All => (" class=\"alone\"", escaped(text)),
        Difference::Words(words) => {
            let mut marked = String::new();
            let mut done = 0;
            for word in words {
                marked += &escaped(&text[done..word.start]);
                marked += &format!("<mark>{}</mark>", escaped(&text[word.clone()]));
                done = word.end;
            }
            (" class=\"differs\"", marked + &escaped(&text[done..]))
        }
    };
    format!("<span{class} style=\"--indent: {indent}ch\">{text}\n</span>")
}

/// The text as HTML, in which a chain of calls may be wrapped before each dot.
fn escaped(text: &str) -> String {
    svg::escaped(text).replace(").", ")<wbr>.").replace("?.", "?<wbr>.")
}

/// A script with all pairs of a row's versions, and its path in the book, which tells its content:
/// a browser may keep it.
///
/// # Errors
/// The texts cannot be written as JSON.
pub fn script(row: &str, versions: &[(String, Lesson)]) -> Result<(String, String)> {
    let mut pairs = BTreeMap::new();
    for (place, (left, left_lesson)) in versions.iter().enumerate() {
        for (right, right_lesson) in &versions[place + 1..] {
            let html = pair([left_lesson, right_lesson], [source::language("lib.rs"); 2]);
            pairs.insert(format!("{left} {right}"), html);
        }
    }
    let text = format!("window.versions = {};\n", serde_json::to_string(&pairs)?);
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    Ok((format!("versions/{row}-{:016x}.js", hasher.finish()), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(name: &str, code: &str) -> Side {
        let lesson = Lesson { code: code.into(), ..Lesson::default() };
        Side { name: name.into(), caption: format!("*{name}*"), lesson }
    }

    #[test]
    fn code_is_escaped_and_each_line_is_an_element() {
        let html = versus(
            [
                &side("a", "let a = Vec::new().c();\n"),
                &side("b", "    let a: Vec<&u8> = new().b();\n"),
            ],
            ["rust"; 2],
            None,
        );
        assert!(html.contains("let a<mark>: Vec&lt;&amp;u8&gt;</mark>"), "{html}");
        assert!(html.contains("style=\"--indent: 4ch\""), "{html}");
        assert!(html.contains("<wbr>."), "{html}");
        assert_eq!(html.matches("<div").count(), html.matches("</div>").count());
        assert!(!html.contains("<select"), "{html}");
    }

    #[test]
    fn imports_are_folded_and_no_line_is_empty_beside_code() {
        let [mut left, mut right] = [side("a", "a();\n\nb();\n"), side("b", "a();\n\nc();\n")];
        (left.lesson.imports, right.lesson.imports) =
            ("use a;\n\nuse b;\n".into(), "use a;\n".into());
        left.lesson.about = "First.\n\nSecond.".into();
        let html = pair([&left.lesson, &right.lesson], ["rust"; 2]);
        assert!(html.contains("<summary>Imports</summary>"), "{html}");
        assert!(html.contains("<div><p>First.</p>\n<p>Second.</p></div><div></div>"), "{html}");
        assert!(!html.contains("\n\n"), "{html}");
        right.lesson.imports.clone_from(&left.lesson.imports);
        assert!(
            pair([&left.lesson, &right.lesson], ["rust"; 2]).contains("Imports, the same in both")
        );
    }

    #[test]
    fn the_script_holds_every_pair_once_and_its_name_tells_its_content() {
        let versions =
            |code: &str| ["x", "y", "z"].map(|name| (name.to_owned(), side(name, code).lesson));
        let (path, text) = script("http", &versions("a();\n")).expect("it is text");
        let pairs =
            text.strip_prefix("window.versions = ").and_then(|rest| rest.strip_suffix(";\n"));
        let pairs: BTreeMap<String, String> =
            serde_json::from_str(pairs.expect("it assigns")).expect("it is JSON");
        assert_eq!(pairs.keys().collect::<Vec<_>>(), ["x y", "x z", "y z"]);
        assert!(path.starts_with("versions/http-"), "{path}");
        assert_ne!(script("http", &versions("b();\n")).expect("it is text").0, path);
    }

    #[test]
    fn texts_in_different_languages_have_nothing_marked() {
        let html = code("def a():\n", "fn a() {\n}\n", ["python", "rust"]);
        assert!(html.contains("<code class=\"language-python\"><span style"), "{html}");
        assert!(html.contains("<code class=\"language-rust\"><span style"), "{html}");
        // Neither is stretched to the height of the other.
        assert!(html.contains("\"sides code apart\"") && !html.contains("filler"), "{html}");
        assert!(!html.contains("differs") && !html.contains("alone"), "{html}");
    }
}
