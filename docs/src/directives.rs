//! What a chapter can ask for on a line of its own:
//!
//! | directive | what takes its place |
//! |---|---|
//! | `{{#item http/tokio fetch_all}}` | an item of a cell's library, with its documentation |
//! | `{{#item http/tokio/src/main.rs main}}` | an item of another file |
//! | `{{#file http/tokio}}`, `{{#file http/tokio/src/main.rs}}` | a whole file |
//! | `{{#versus http threads tokio}}` | the libraries of two cells of a row, side by side |
//! | `{{#beside src/wrong.rs src/right.rs}}` | two files side by side, by their paths from the root |
//! | `{{#readme comparisons/compare}}` | the README of a folder, without its title |
//! | `{{#readme-if-any comparisons/compare}}` | the same, or nothing if there is none |
//! | `{{#output PAIR WAY}}` | what a pair has printed of one of its ways, from its README |
//! | `{{#limits}}` | the sliders of the chapter *Play with the limits*, and what they move |
//! | `{{#claim ID}}` | a claim with its verdict and its figures, from the recorded run |
//! | `{{#chart http}}` | the measured speed-ups of a row as a picture, or nothing if there are none |
//! | `{{#claims}}` | all claims with their verdicts |
//! | `{{#timeline NAME}}` | the timelines recorded in `docs/runs/NAME.json` |
//! | `{{#measured http tokio}}` | the figures of a cell, from the recorded run |
//!
//! What a directive names has to be there: otherwise the book is not built. Within code, and
//! anywhere but at the beginning of a line, nothing is a directive.

use std::fmt::Write;

use anyhow::{Context, Result, bail};
use claims::Recorded;
use workspace::{Row, Workspace};

use crate::{
    chart,
    lesson::Lesson,
    limits,
    links::{Needed, Pages, relative, slashed},
    measured, outputs, quiz, rows,
    source::{self, Source},
    timeline, verdicts,
    versus::{self, Choice, Side},
};

/// All that directives draw on.
#[derive(Debug)]
pub struct Directives<'a> {
    /// Where the sources are.
    pub workspace: &'a Workspace,
    /// Where the book shows them.
    pub pages: &'a Pages,
    /// The verdicts on the claims, if there are any.
    pub record: Option<&'a Recorded>,
}

impl Directives<'_> {
    /// The text of the page `page`, with each directive replaced by what it asks for.
    ///
    /// # Errors
    /// A directive asks for something that is not there, or is none. The error names it.
    pub fn expand(&self, text: &str, page: &str, needed: &mut Needed) -> Result<String> {
        let mut expanded = String::with_capacity(text.len());
        let mut fence: Option<&str> = None;
        let mut has_timelines = false;
        for line in text.lines() {
            let directive = line.trim_end();
            match (fence, fence_of(line)) {
                (None, Some(opening)) => fence = Some(opening),
                (Some(opening), Some(closing)) if closing.starts_with(opening) => fence = None,
                _ => {}
            }
            if fence.is_none() && directive.starts_with("{{#") {
                let replacement = self
                    .replacement(directive, page, needed)
                    .with_context(|| directive.to_owned())?;
                expanded.push_str(&replacement);
                has_timelines |= directive.starts_with("{{#timeline ");
            } else {
                expanded.push_str(line);
                expanded.push('\n');
            }
        }
        if has_timelines {
            expanded.push_str(&timeline::component());
        }
        Ok(expanded)
    }

    fn replacement(&self, directive: &str, page: &str, needed: &mut Needed) -> Result<String> {
        let inner = directive.strip_prefix("{{#").and_then(|rest| rest.strip_suffix("}}"));
        let inner = inner.context("a directive ends in }} on the line where it begins")?;
        let words: Vec<&str> = inner.split_whitespace().collect();
        match words[..] {
            ["item", name, item] => {
                let source = Source::named(self.workspace, name)?;
                Ok(self.block(&source, &source.item(item)?, page))
            }
            ["file", name] => {
                let source = Source::named(self.workspace, name)?;
                Ok(self.block(&source, &source.text, page))
            }
            ["versus", row, left, right] => self.versus(row, left, right, page, needed),
            ["beside", left, right] => {
                let languages = [left, right].map(source::language);
                let [left, right] = [self.file(left, page)?, self.file(right, page)?];
                Ok(versus::versus([&left, &right], languages, None))
            }
            ["readme", folder] => self.readme(folder, page, needed),
            ["readme-if-any", folder] => {
                if self.workspace.root().join(folder).join("README.md").exists() {
                    self.readme(folder, page, needed)
                } else {
                    Ok(String::new())
                }
            }
            ["output", pair, ..] => self.output(pair, &words[2..].join(" "), page),
            ["claim", id] => verdicts::quote(self.record, id, page),
            ["chart", row] => Ok(chart::chart(self.record, self.row(row)?)),
            ["limits"] => Ok(limits::html()),
            ["claims"] => Ok(verdicts::list(self.record)),
            ["timeline", name] => timeline::timeline(self.workspace.root(), name),
            ["measured", row, cell] => Ok(measured::figures(self.record, row, cell)),
            [
                known @ ("item" | "file" | "versus" | "beside" | "readme" | "readme-if-any"
                | "output" | "chart" | "limits" | "claim" | "claims" | "measured"
                | "timeline"),
                ..,
            ] => {
                bail!("{known} does not take {} arguments", words.len() - 1)
            }
            _ => bail!("there is no such directive"),
        }
    }

    /// Code with a line above it that says where it stands.
    fn block(&self, source: &Source, text: &str, page: &str) -> String {
        let mut block = String::new();
        let caption = self.caption(&source.path, page);
        write!(block, "<div class=\"source\">\n\n{caption}\n\n</div>\n\n")
            .expect("a string takes whatever is written to it");
        block + &source::fenced(&source.path, text)
    }

    fn versus(
        &self,
        row: &str,
        left: &str,
        right: &str,
        page: &str,
        needed: &mut Needed,
    ) -> Result<String> {
        let row = self.row(row)?;
        let [left, right] = [self.cell(row, left, page)?, self.cell(row, right, page)?];
        let mut names = Vec::new();
        let mut versions = Vec::new();
        for cell in &row.cells {
            let name = cell.approach.name();
            let source = Source::named(self.workspace, &format!("{}/{name}", row.name))?;
            names.push((name.to_owned(), cell.approach.label().to_owned()));
            versions.push((name.to_owned(), Lesson::of(&source)));
        }
        let (script, text) = versus::script(&row.name, &versions)?;
        needed.scripts.insert(script.clone(), text);
        let choice = Choice { names, script };
        Ok(versus::versus([&left, &right], [source::language("lib.rs"); 2], Some(&choice)))
    }

    fn row(&self, name: &str) -> Result<&Row> {
        let row = self.workspace.rows().iter().find(|row| row.name == name);
        row.with_context(|| format!("there is no row {name}"))
    }

    /// The library of a cell, as one of two.
    fn cell(&self, row: &Row, approach: &str, page: &str) -> Result<Side> {
        let cell = row.cells.iter().find(|cell| cell.approach.name() == approach);
        cell.with_context(|| format!("the row {} has no cell {approach}", row.name))?;
        let source = Source::named(self.workspace, &format!("{}/{approach}", row.name))?;
        let caption = self.caption(&source.path, page);
        Ok(Side { name: approach.to_owned(), caption, lesson: Lesson::of(&source) })
    }

    /// A file, as one of two.
    fn file(&self, path: &str, page: &str) -> Result<Side> {
        let source = Source::read(self.workspace.root(), path)?;
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        Ok(Side { name, caption: self.caption(path, page), lesson: Lesson::of(&source) })
    }

    /// The path of a source, leading to where the book shows it.
    fn caption(&self, path: &str, page: &str) -> String {
        match self.pages.page(path) {
            Some(shown) => format!("[{path}]({})", relative(page, shown)),
            None => format!("`{path}`"),
        }
    }

    fn output(&self, name: &str, way: &str, page: &str) -> Result<String> {
        let chapters = self.workspace.pairs()?;
        let mut pairs = chapters.iter().flat_map(|chapter| &chapter.pairs);
        let pair = pairs.find(|pair| pair.name == name);
        let pair = pair.with_context(|| format!("there is no pair {name}"))?;
        let root = self.workspace.root();
        let readme = pair.folder.strip_prefix(root).unwrap_or(&pair.folder).join("README.md");
        let readme = Source::read(root, &slashed(&readme))?;
        let shown = outputs::of_way(&readme.text, way)?;
        let caption = self.caption(&readme.path, page);
        Ok(format!("**{way}** (from {caption})\n\n```text\n{shown}\n```\n"))
    }

    fn readme(&self, folder: &str, page: &str, needed: &mut Needed) -> Result<String> {
        let root = self.workspace.root();
        let readme = Source::read(root, &format!("{folder}/README.md"))?;
        let text = quiz::expand(root, &readme.text).with_context(|| readme.path.clone())?;
        let text = self.pages.rewrite(root, &text, &readme.path, page, needed)?;
        // The chapter has a title already.
        let below = match rows::title(&text) {
            Some(_) => text.split_once('\n').map_or("", |(_, below)| below),
            None => &text,
        };
        Ok(format!("{}\n", below.trim()))
    }
}

/// The folders whose READMEs a text asks for.
#[must_use]
pub fn readmes(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.strip_prefix("{{#readme")?.trim_end().strip_suffix("}}"))
        .filter_map(|rest| rest.split_whitespace().last())
        .collect()
}

/// The fence that a line opens or closes a block of code with.
fn fence_of(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let length = line.len() - line.trim_start_matches(line.chars().next()?).len();
    let fence = &line[..length];
    (fence.starts_with("```") || fence.starts_with("~~~")).then_some(fence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preprocessor::tests::tree;

    /// Expands `text` as a page beside the rows would.
    fn expand(text: &str) -> Result<String> {
        let tree = tree();
        let workspace = Workspace::at(tree.path()).expect("the tree can be read");
        let mut pages = Pages::default();
        pages.show("examples-io/http/tokio/src/lib.rs", "examples-io/http/tokio.md#src-lib-rs");
        let directives = Directives { workspace: &workspace, pages: &pages, record: None };
        directives.expand(text, "chapter.md", &mut Needed::default())
    }

    #[test]
    fn an_item_is_included_with_its_documentation_and_a_link() {
        let page =
            expand("Before.\n{{#item http/tokio fetch_all}}\nAfter.\n").expect("it is there");
        assert_eq!(
            page,
            "Before.\n<div class=\"source\">\n\n\
             [examples-io/http/tokio/src/lib.rs](examples-io/http/tokio.md#src-lib-rs)\n\n\
             </div>\n\n```rust\n/// Fetches with tokio.\npub async fn fetch_all() {}\n```\nAfter.\n"
        );
    }

    #[test]
    fn a_file_is_included_whole() {
        let page = expand("{{#file http/tokio/src/main.rs}}").expect("it is there");
        assert!(page.contains("`examples-io/http/tokio/src/main.rs`"), "{page}");
        assert!(page.contains("```rust\nfn main() {}\n```"), "{page}");
        let page = expand("{{#file notes.md}}").expect("a path from the root is one, too");
        assert!(page.contains("```markdown\n# Notes\n"), "{page}");
    }

    #[test]
    fn two_cells_stand_side_by_side() {
        let page = expand("{{#versus http sequential tokio}}").expect("both are there");
        assert!(page.contains("pub <mark>async </mark>fn fetch_all() {}\n"), "{page}");
        assert!(page.contains("`examples-io/http/sequential/src/lib.rs`"), "{page}");
        let page = expand("{{#versus http tokio async-std}}").expect("both are there");
        assert!(page.contains("selected>async-std (discontinued)</option>"), "{page}");
    }

    #[test]
    fn a_readme_comes_without_its_title() {
        let page = expand("{{#readme comparisons/cost}}").expect("it is there");
        assert_eq!(page, "What things cost. [http/tokio](examples-io/http/tokio.md#src-lib-rs)\n");
        assert_eq!(expand("{{#readme-if-any comparisons/none}}").expect("it may be missing"), "");
        assert_eq!(readmes("a\n{{#readme a/b}}\n{{#readme-if-any c}}\n"), ["a/b", "c"]);
    }

    #[test]
    fn claims_are_listed() {
        assert!(expand("{{#claims}}").expect("it takes none").contains("-p claims"));
    }

    #[test]
    fn a_row_that_was_not_measured_has_no_chart() {
        assert_eq!(expand("a\n{{#chart http}}\nb\n").expect("there is such a row"), "a\nb\n");
    }

    #[test]
    fn code_and_the_middle_of_a_line_hold_no_directives() {
        let same = "A `{{#item a b}}`.\n\n    {{#item a b}}\n\n```text\n{{#item a b}}\n```\n\
                    ````text\n```\n{{#item a b}}\n````\n";
        assert_eq!(expand(same).expect("there is no directive"), same);
    }

    #[test]
    fn whatever_is_missing_is_an_error_that_names_directive_and_reason() {
        for (directive, reason) in [
            ("{{#item http/tokio fetch}}", "examples-io/http/tokio/src/lib.rs has no item fetch"),
            ("{{#item http/rayon fetch_all}}", "cannot read examples-io/http/rayon"),
            (
                "{{#file http/tokio/src/other.rs}}",
                "cannot read examples-io/http/tokio/src/other.rs",
            ),
            ("{{#file ../secret}}", "../secret is no path below the workspace's root"),
            ("{{#versus web tokio smol}}", "there is no row web"),
            ("{{#chart web}}", "there is no row web"),
            ("{{#versus http tokio rayon}}", "the row http has no cell rayon"),
            ("{{#readme comparisons/none}}", "cannot read comparisons/none/README.md"),
            ("{{#item http/tokio}}", "item does not take 1 arguments"),
            ("{{#timeline none}}", "cannot read docs/runs/none.json"),
            ("{{#include a.rs}}", "there is no such directive"),
            ("{{#claims", "a directive ends in }} on the line where it begins"),
        ] {
            let error = format!("{:#}", expand(directive).expect_err(directive));
            assert!(error.starts_with(&format!("{directive}: {reason}")), "{error}");
            assert_eq!(error.lines().count(), 1, "{error}");
        }
    }
}
