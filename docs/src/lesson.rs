//! A source in the parts that a page shows apart: what it says of itself, its imports, and its code.

use pulldown_cmark::{Parser, html};
use syn::{Item, spanned::Spanned};

use crate::source::{self, Source};

/// The parts of a source. Whatever is no Rust is all code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lesson {
    /// The documentation at its top, in Markdown.
    pub about: String,
    /// The imports below that.
    pub imports: String,
    /// The rest.
    pub code: String,
}

impl Lesson {
    /// The parts of this source.
    #[must_use]
    pub fn of(source: &Source) -> Self {
        let Source { path, text } = source;
        let is_rust = source::language(path) == "rust";
        let file = if is_rust { syn::parse_file(text).ok() } else { None };
        let Some(file) = file else {
            return Self { code: format!("{}\n", text.trim_end()), ..Self::default() };
        };
        let documented = text.lines().take_while(|line| line.starts_with("//!"));
        let about = documented.map(|line| line.trim_start_matches("//!"));
        let about: Vec<&str> = about.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        let imports = file.items.iter().take_while(|item| matches!(item, Item::Use(_))).last();
        let imported = imports.map_or(about.len(), |last| last.span().end().line);
        let part = |from: usize, to: usize| {
            let lines: Vec<&str> = text.lines().take(to).skip(from).collect();
            let part = lines.join("\n");
            let part = part.trim_matches('\n').trim_end();
            if part.is_empty() { String::new() } else { format!("{part}\n") }
        };
        Self {
            imports: part(about.len(), imported),
            code: part(imported, usize::MAX),
            about: about.join("\n"),
        }
    }

    /// What it says of itself, in Markdown, without its commands.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines(false)
    }

    /// How to run it: the blocks of code in what it says of itself, in Markdown.
    #[must_use]
    pub fn commands(&self) -> String {
        self.lines(true)
    }

    /// The lines that are within blocks of code, or those that are not.
    fn lines(&self, are_code: bool) -> String {
        let mut is_code = false;
        let mut lines = String::new();
        for line in self.about.lines() {
            let is_fence = line.starts_with("```");
            if (is_code || is_fence) == are_code {
                lines += &unlinked(line);
                lines.push('\n');
            }
            is_code ^= is_fence;
        }
        let lines = lines.trim_matches('\n');
        if lines.is_empty() { String::new() } else { format!("{lines}\n") }
    }

    /// Its text as HTML without empty lines, so that Markdown takes it for one block.
    #[must_use]
    pub fn prose(&self) -> String {
        let mut prose = String::new();
        html::push_html(&mut prose, Parser::new(&self.text()));
        prose.trim().to_owned()
    }
}

/// A line without its links to items, such as [`a`], which lead nowhere outside of rustdoc.
fn unlinked(line: &str) -> String {
    let mut parts = line.split("[`");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once("`]") {
            Some((item, rest)) if !rest.starts_with('(') => text += &format!("`{item}`{rest}"),
            _ => text += &format!("[`{part}"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(text: &str) -> Lesson {
        Lesson::of(&Source { path: "a/lib.rs".into(), text: text.into() })
    }

    #[test]
    fn a_cell_has_three_parts() {
        let lesson = lesson(
            "//! Fetches.\n//!\n//! ```sh\n//! cargo run\n//! ```\n//!\n//! Unlike [`a`], *fast*.\n\n\
             use std::{\n    io,\n};\n\nuse a::B;\n\n/// Runs.\npub fn run() {\n    use c;\n}\n",
        );
        assert_eq!(lesson.imports, "use std::{\n    io,\n};\n\nuse a::B;\n");
        assert_eq!(lesson.code, "/// Runs.\npub fn run() {\n    use c;\n}\n");
        assert_eq!(lesson.prose(), "<p>Fetches.</p>\n<p>Unlike <code>a</code>, <em>fast</em>.</p>");
    }

    #[test]
    fn commands_and_text_are_told_apart() {
        let lesson =
            lesson("//! A.\n//!\n//! ```sh\n//! run\n//! ```\n//!\n//! See [`a::b`], [`c`](d).\n");
        assert_eq!(lesson.commands(), "```sh\nrun\n```\n");
        assert_eq!(lesson.text(), "A.\n\n\nSee `a::b`, [`c`](d).\n");
    }

    #[test]
    fn parts_may_be_missing() {
        assert_eq!(lesson("fn f() {}\n").code, "fn f() {}\n");
        assert_eq!(lesson("//! Nothing.\n").about, "Nothing.");
        assert_eq!(lesson("use a;\n").imports, "use a;\n");
        let broken = lesson("use a\n");
        assert_eq!((&*broken.imports, &*broken.code), ("", "use a\n"));
        let python = Source { path: "a.py".into(), text: "import a\n".into() };
        assert_eq!(Lesson::of(&python).code, "import a\n");
    }
}
