//! Where links lead. A text is written to be read where it lies, so that its links lead to files;
//! in the book they lead to the pages that show these files.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Result, bail};
use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::navigation::Place;

/// The page that shows what no other page does.
pub const OTHER_SOURCES: &str = "other-sources.md";

/// The endings of pictures.
const PICTURES: [&str; 5] = ["gif", "jpg", "png", "svg", "webp"];

/// Which page shows which file or folder. All paths begin at the workspace's root, and those of
/// the pages at the book's, without a `/` in front.
#[derive(Debug, Default)]
pub struct Pages {
    shown: BTreeMap<String, String>,
}

/// What is left to do when mdBook has rendered the pages.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Needed {
    /// Pictures; they are copied to the same path in the book.
    pub pictures: BTreeSet<String>,
    /// Files without a page; they are shown on [`OTHER_SOURCES`].
    pub sources: BTreeSet<String>,
    /// Scripts that are made here, by their paths in the book.
    pub scripts: BTreeMap<String, String>,
    /// All pages, in their order.
    pub places: Vec<Place>,
}

impl Pages {
    /// Notes that `path`, a file or a folder, is shown at `page`, which may end in an anchor.
    pub fn show(&mut self, path: impl Into<String>, page: impl Into<String>) {
        self.shown.insert(path.into(), page.into());
    }

    /// The page that shows `path`.
    #[must_use]
    pub fn page(&self, path: &str) -> Option<&str> {
        self.shown.get(path).map(String::as_str)
    }

    /// The text of the file `from`, for the page `to`: its links lead to pages of the book.
    ///
    /// # Errors
    /// A link leads to nothing, or to a folder that the book does not show.
    pub fn rewrite(
        &self,
        root: &Path,
        text: &str,
        from: &str,
        to: &str,
        needed: &mut Needed,
    ) -> Result<String> {
        let mut rewritten = text.to_owned();
        // From the end to the beginning, since an edit moves whatever follows it.
        for (range, target) in targets(text).into_iter().rev() {
            if let Some(target) = self.target(root, &target, from, to, needed)? {
                rewritten.replace_range(range, &target);
            }
        }
        Ok(rewritten)
    }

    /// Where a link leads in the book; `None` if it remains as it is.
    fn target(
        &self,
        root: &Path,
        target: &str,
        from: &str,
        to: &str,
        needed: &mut Needed,
    ) -> Result<Option<String>> {
        if target.starts_with('#') || target.contains("://") || target.starts_with("mailto:") {
            return Ok(None);
        }
        let (file, anchor) = match target.split_once('#') {
            Some((file, anchor)) => (file, format!("#{anchor}")),
            None => (target, String::new()),
        };
        let Some(path) = joined(from, file).filter(|path| root.join(path).exists()) else {
            bail!("{from} links to {target}, which does not exist");
        };
        let ending = Path::new(&path).extension().and_then(|end| end.to_str()).unwrap_or_default();
        let page = if let Some(page) = self.page(&path) {
            // What the page already points at is more than the link knows.
            if page.contains('#') { page.to_owned() } else { format!("{page}{anchor}") }
        } else if PICTURES.contains(&ending) {
            needed.pictures.insert(path.clone());
            path
        } else if root.join(&path).is_file() {
            needed.sources.insert(path.clone());
            format!("{OTHER_SOURCES}#{}", anchor_of(&path))
        } else {
            bail!("{from} links to {target}, a folder that the book does not show");
        };
        Ok(Some(relative(to, &page)))
    }
}

/// A link to `page` on the page `from`.
#[must_use]
pub fn relative(from: &str, page: &str) -> String {
    "../".repeat(from.matches('/').count()) + page
}

/// The path with `/` between its parts, as in a link.
#[must_use]
pub fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// The name under which a page's heading for a file can be linked to.
#[must_use]
pub fn anchor_of(path: &str) -> String {
    path.replace(['/', '.'], "-")
}

/// The path of what the file `from` calls `target`; `None` if that lies outside of the workspace.
fn joined(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The targets of all links and pictures in a text, with their places, by place.
fn targets(text: &str) -> Vec<(std::ops::Range<usize>, String)> {
    let parser = Parser::new_ext(text, Options::ENABLE_TABLES);
    let mut targets = Vec::new();
    for (_, definition) in parser.reference_definitions().iter() {
        targets.extend(place(text, definition.span.clone(), &definition.dest));
    }
    for (event, range) in parser.into_offset_iter() {
        if let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event {
            targets.extend(place(text, range, &dest_url));
        }
    }
    targets.sort_by_key(|(range, _)| range.start);
    // A reference's target belongs to its definition, which may lie within another link's range.
    targets.dedup();
    targets
}

/// The place of a target within its link. It follows the link's text, which may be equal to it.
fn place(
    text: &str,
    link: std::ops::Range<usize>,
    target: &str,
) -> Option<(std::ops::Range<usize>, String)> {
    let whole = &text[link.clone()];
    let after_text = whole.rfind("](").or_else(|| whole.find("]:"))?;
    let start = link.start + after_text + whole[after_text..].find(target)?;
    (!target.is_empty()).then(|| (start..start + target.len(), target.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A row with a cell, a picture and a file beside them.
    fn tree() -> tempfile::TempDir {
        let tree = tempfile::tempdir().expect("a temporary folder can be made");
        for file in [
            "examples-io/http/README.md",
            "examples-io/http/tokio/src/lib.rs",
            "examples-io/http/pictures/time line.svg",
            "examples-io/http/chart.png",
            "benches/claims.toml",
            "notes/a/b.txt",
        ] {
            let path = tree.path().join(file);
            fs::create_dir_all(path.parent().expect("a file lies in a folder"))
                .and_then(|()| fs::write(path, ""))
                .expect("the file can be written");
        }
        tree
    }

    fn pages() -> Pages {
        let mut pages = Pages::default();
        pages.show("examples-io/http", "examples-io/http/index.md");
        pages.show("examples-io/http/README.md", "examples-io/http/index.md");
        pages.show("examples-io/http/tokio", "examples-io/http/tokio.md");
        pages.show("examples-io/http/tokio/src/lib.rs", "examples-io/http/tokio.md#src-lib-rs");
        pages
    }

    fn rewrite(text: &str) -> Result<(String, Needed)> {
        let tree = tree();
        let mut needed = Needed::default();
        let from = "examples-io/http/README.md";
        let to = "examples-io/http/index.md";
        let text = pages().rewrite(tree.path(), text, from, to, &mut needed)?;
        Ok((text, needed))
    }

    #[test]
    fn links_to_sources_lead_to_their_pages() {
        let (text, needed) = rewrite("See [tokio](tokio/src/lib.rs) and [all](tokio/ \"code\").")
            .expect("all of it exists");
        assert_eq!(
            text,
            "See [tokio](../../examples-io/http/tokio.md#src-lib-rs) and \
             [all](../../examples-io/http/tokio.md \"code\")."
        );
        assert_eq!(needed, Needed::default());
    }

    #[test]
    fn a_text_that_is_equal_to_its_target_remains() {
        let (text, _) = rewrite("[tokio](tokio) [`tokio`](tokio)").expect("it exists");
        let page = "../../examples-io/http/tokio.md";
        assert_eq!(text, format!("[tokio]({page}) [`tokio`]({page})"));
    }

    #[test]
    fn definitions_tables_and_anchors_are_rewritten_too() {
        let (text, _) =
            rewrite("| a |\n|---|\n| [a](tokio) |\n\n[this][r]\n\n[r]: README.md#see\n")
                .expect("all of it exists");
        assert!(text.contains("| [a](../../examples-io/http/tokio.md) |"), "{text}");
        assert!(text.contains("[r]: ../../examples-io/http/index.md#see\n"), "{text}");
    }

    #[test]
    fn pictures_are_noted_to_be_copied_also_within_links() {
        let (text, needed) = rewrite("[![bars](chart.png)](tokio) ![](<pictures/time line.svg>)")
            .expect("they exist");
        let root = "../../examples-io/http";
        assert_eq!(
            text,
            format!(
                "[![bars]({root}/chart.png)]({root}/tokio.md) ![](<{root}/pictures/time line.svg>)"
            )
        );
        assert_eq!(needed.pictures.len(), 2);
    }

    #[test]
    fn a_file_without_a_page_gets_a_place_among_the_others() {
        let (text, needed) = rewrite("[claims](../../benches/claims.toml)").expect("it exists");
        assert_eq!(text, "[claims](../../other-sources.md#benches-claims-toml)");
        assert_eq!(needed.sources, BTreeSet::from(["benches/claims.toml".to_owned()]));
    }

    #[test]
    fn code_and_links_to_other_sites_remain() {
        let same = "`[a](b)` [docs](https://docs.rs) [here](#see) <https://a.b>\n\n    [a](b)\n";
        assert_eq!(rewrite(same).expect("nothing is to be found").0, same);
    }

    #[test]
    fn a_link_to_nothing_is_an_error_that_names_both_ends() {
        for (link, reason) in [
            ("tokio/src/main.rs", "which does not exist"),
            ("../../../outside.md", "which does not exist"),
            ("../../notes/a", "a folder that the book does not show"),
        ] {
            let error = rewrite(&format!("[a]({link})")).expect_err(link);
            let expected = format!("examples-io/http/README.md links to {link}, {reason}");
            assert_eq!(format!("{error:#}"), expected);
        }
    }
}
