//! What mdBook calls between reading the chapters and rendering them.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
    rc::Rc,
};

use anyhow::{Context, Result};
use figures::words;
use mdbook_preprocessor::{
    Preprocessor, PreprocessorContext,
    book::{Book, BookItem, Chapter},
};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use workspace::{Side, Workspace, pairs::FOLDER as PAIRS};

use crate::{
    directives::{self, Directives},
    glossary,
    links::{Needed, OTHER_SOURCES, Pages, anchor_of, slashed},
    navigation::Place,
    pairs, quiz, rows, slides,
    source::{self, Source},
    verdicts,
};

/// Where the chapters lie that are written by hand, from the workspace's root.
pub const CHAPTERS: &str = "docs/chapters";

/// Adds the rows and the pairs to the book, leads its links to its own pages, and expands its directives.
#[derive(Debug)]
pub struct Lessons {
    workspace: Workspace,
    needed: Rc<RefCell<Needed>>,
}

impl Lessons {
    /// For the rows of this workspace. What the texts turn out to need besides pages is put into
    /// `needed`: a preprocessor cannot copy pictures, since the renderer clears the folder.
    #[must_use]
    pub fn new(workspace: Workspace, needed: Rc<RefCell<Needed>>) -> Self {
        Self { workspace, needed }
    }

    fn complete(&self, mut book: Book) -> Result<Book> {
        let root = self.workspace.root();
        let mut pages = Pages::default();
        pages.show(slides::SOURCE, slides::PAGE);
        book.for_each_chapter_mut(|chapter| note(chapter, &mut pages));
        self.insert_found(&mut book, &mut pages)?;

        let record = claims::recorded(&self.workspace)?;
        let directives =
            Directives { workspace: &self.workspace, pages: &pages, record: record.as_ref() };
        let mut needed = self.needed.borrow_mut();
        let mut failed = None;
        book.for_each_chapter_mut(|chapter| {
            if failed.is_none() {
                failed = fill(chapter, root, &directives, &mut needed).err();
            }
        });
        if let Some(error) = failed {
            return Err(error);
        }
        if !needed.sources.is_empty() {
            book.push_item(other_sources(root, &needed)?);
        }
        link_terms(&mut book);
        let mut code = rows::code_pages(&self.workspace);
        code.push(OTHER_SOURCES.to_owned());
        for chapter in book.chapters() {
            let Some(page) = chapter.path.as_deref().map(slashed) else { continue };
            needed.places.push(place(chapter, &page, code.contains(&page)));
        }
        Ok(book)
    }

    /// Puts the rows and the pairs in the place of the draft chapters that are called like their
    /// folders, and numbers all chapters anew.
    fn insert_found(&self, book: &mut Book, pages: &mut Pages) -> Result<()> {
        for side in Side::ALL {
            let rows = rows::chapters(&self.workspace, side, pages)?;
            replace_draft(book, side.folder(), rows)?;
        }
        replace_draft(book, PAIRS, pairs::chapters(&self.workspace, pages)?)?;
        rows::number(&mut book.items, &[]);
        Ok(())
    }
}

/// Puts chapters in the place of the draft of this name.
fn replace_draft(book: &mut Book, name: &str, chapters: Vec<BookItem>) -> Result<()> {
    let is_place = |item: &BookItem| {
        matches!(item, BookItem::Chapter(chapter)
            if chapter.is_draft_chapter() && chapter.name == name)
    };
    let place = book.items.iter().position(is_place);
    let place =
        place.with_context(|| format!("{CHAPTERS}/SUMMARY.md has no line `- [{name}]()`"))?;
    book.items.splice(place..=place, chapters);
    Ok(())
}

impl Preprocessor for Lessons {
    fn name(&self) -> &'static str {
        "lessons"
    }

    fn run(&self, _: &PreprocessorContext, book: Book) -> Result<Book> {
        self.complete(book)
    }
}

/// Notes what a chapter shows that is written by hand: itself, and the READMEs that it includes.
fn note(chapter: &mut Chapter, pages: &mut Pages) {
    let Some(page) = chapter.path.as_deref().map(slashed) else { return };
    let path = format!("{CHAPTERS}/{page}");
    for folder in directives::readmes(&chapter.content) {
        pages.show(folder, &page);
        pages.show(format!("{folder}/README.md"), &page);
    }
    pages.show(&path, page);
    chapter.source_path = Some(PathBuf::from(path));
}

/// Rewrites the chapter's links, if it is the text of a file, and expands its directives.
fn fill(
    chapter: &mut Chapter,
    root: &Path,
    directives: &Directives,
    needed: &mut Needed,
) -> Result<()> {
    let Some(page) = chapter.path.as_deref().map(slashed) else { return Ok(()) };
    let written = chapter.source_path.as_deref().map(slashed);
    if let Some(from) = &written {
        chapter.content = quiz::expand(root, &chapter.content).with_context(|| from.clone())?;
        chapter.content = directives.pages.rewrite(root, &chapter.content, from, &page, needed)?;
    }
    chapter.content = directives
        .expand(&chapter.content, &page, needed)
        .with_context(|| written.unwrap_or_else(|| page.clone()))?;
    if let Some(record) = directives.record {
        chapter.content = verdicts::reworded(record, &chapter.content, &page);
    }
    Ok(())
}

/// Leads the first use of each term on the pages of texts to the glossary, if there is one.
fn link_terms(book: &mut Book) {
    let is_glossary =
        |chapter: &&Chapter| chapter.path.as_deref() == Some(Path::new(glossary::PAGE));
    let Some(terms) = book.chapters().find(is_glossary).map(|it| glossary::terms(&it.content))
    else {
        return;
    };
    book.for_each_chapter_mut(|chapter| {
        let Some(page) = chapter.path.as_deref().map(slashed) else { return };
        // What is made here has no source: it is code.
        if chapter.source_path.is_some() && page != glossary::PAGE {
            chapter.content = glossary::link(&chapter.content, &page, &terms);
        }
    });
}

/// The place of a chapter, whose page has this path.
fn place(chapter: &Chapter, page: &str, is_code: bool) -> Place {
    Place {
        page: format!("{}.html", page.strip_suffix(".md").unwrap_or(page)),
        title: rows::title(&chapter.content).unwrap_or(&chapter.name).to_owned(),
        description: words::shortened(&first_paragraph(&chapter.content)),
        is_code,
    }
}

/// The words of a text's first paragraph.
fn first_paragraph(text: &str) -> String {
    let mut words = String::new();
    let mut is_inside = false;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Paragraph) => is_inside = true,
            Event::End(TagEnd::Paragraph) if !words.trim().is_empty() => break,
            Event::Text(part) | Event::Code(part) if is_inside => words += &part,
            Event::SoftBreak | Event::HardBreak if is_inside => words.push(' '),
            _ => {}
        }
    }
    words
}

/// The page of the files that texts link to and no other page shows.
fn other_sources(root: &Path, needed: &Needed) -> Result<Chapter> {
    let mut content = "# Other sources\n\nFiles that the chapters mention.\n".to_owned();
    for path in &needed.sources {
        let source = Source::read(root, path)?;
        content += &format!("\n## {path} {{#{}}}\n\n", anchor_of(path));
        content += &source::fenced(path, &source.text);
    }
    let mut chapter = Chapter::new("Other sources", content, OTHER_SOURCES, Vec::new());
    chapter.source_path = None;
    Ok(chapter)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::fs;

    use super::*;

    /// A pair.
    const PAIR: &str = "comparisons/pairs/4-sharing/lock-order";

    /// A small workspace with two rows and a pair.
    pub(crate) fn tree() -> tempfile::TempDir {
        let tree = tempfile::tempdir().expect("a temporary folder can be made");
        let link = "[http/tokio](../../examples-io/http/tokio/src/lib.rs)";
        let mut files = vec![
            ("Cargo.toml".to_owned(), "[workspace]\n".to_owned()),
            (
                "README.md".into(),
                "[a](examples-io/http/README.md) [b](examples-io/echo/README.md)".into(),
            ),
            ("notes.md".into(), "# Notes\n".into()),
            ("comparisons/cost/README.md".into(), format!("# Cost\n\nWhat things cost. {link}\n")),
            ("docs/chapters/first.md".into(), String::new()),
            (
                "examples-io/http/README.md".into(),
                "# http: fetch\n\n[it](tokio/src/lib.rs)\n".into(),
            ),
            ("examples-io/echo/README.md".into(), "# echo: serve\n\n[n](../../notes.md)\n".into()),
            ("examples-cpu/primes/README.md".into(), "# primes: count\n".into()),
            (
                format!("{PAIR}/README.md"),
                "# Lock order\n\nTwo locks.\n\n[w](src/wrong.rs)\n".into(),
            ),
            (format!("{PAIR}/Cargo.toml"), "[package]\n".into()),
            (format!("{PAIR}/src/main.rs"), "fn main() {}\n".into()),
            (format!("{PAIR}/src/wrong.rs"), "pub(crate) fn lock() {\n    a();\n}\n".into()),
            (format!("{PAIR}/src/right.rs"), "pub(crate) fn lock() {\n    b();\n}\n".into()),
        ];
        for cell in [
            "examples-io/http/sequential",
            "examples-io/http/tokio",
            "examples-io/http/async-std",
            "examples-io/http/workload",
            "examples-io/echo/tokio",
            "examples-io/echo/workload",
            "examples-cpu/primes/rayon",
            "examples-cpu/primes/workload",
        ] {
            let (_, approach) = cell.rsplit_once('/').expect("a cell lies in a row");
            let asynchronous = if approach == "sequential" { "" } else { "async " };
            let library =
                format!("/// Fetches with {approach}.\npub {asynchronous}fn fetch_all() {{}}\n");
            files.push((format!("{cell}/src/lib.rs"), library));
            files.push((format!("{cell}/src/main.rs"), "fn main() {}\n".into()));
            files.push((format!("{cell}/Cargo.toml"), "[package]\n".into()));
        }
        for row in ["examples-io/echo", "examples-cpu/primes"] {
            let cell = format!("{row}/sequential");
            files.push((format!("{cell}/src/lib.rs"), "pub fn fetch_all() {}\n".into()));
            files.push((format!("{cell}/Cargo.toml"), "[package]\n".into()));
        }
        for (file, text) in files {
            let path = tree.path().join(file);
            fs::create_dir_all(path.parent().expect("a file lies in a folder"))
                .and_then(|()| fs::write(path, text))
                .expect("the file can be written");
        }
        tree
    }

    /// The book of a chapter with this text, and of the rows.
    fn complete(text: &str) -> Result<(Book, Needed)> {
        let tree = tree();
        let workspace = Workspace::at(tree.path()).expect("the tree can be read");
        let needed = Rc::new(RefCell::new(Needed::default()));
        let mut items =
            vec![BookItem::from(Chapter::new("First", text.into(), "first.md", Vec::new()))];
        for name in [Side::Io.folder(), Side::Cpu.folder(), PAIRS] {
            let draft = Chapter::new_draft(name, Vec::new());
            items.extend([BookItem::PartTitle("A part".into()), draft.into()]);
        }
        let book = Lessons::new(workspace, needed.clone()).complete(Book::new_with_items(items))?;
        Ok((book, needed.take()))
    }

    fn page<'a>(book: &'a Book, path: &str) -> &'a str {
        let chapter =
            book.chapters().find(|chapter| chapter.path.as_deref() == Some(Path::new(path)));
        &chapter.expect("the page is there").content
    }

    #[test]
    fn rows_take_the_place_of_the_drafts_that_are_called_like_their_folders() {
        let (book, _) = complete("# First\n").expect("nothing is missing");
        let top: Vec<String> = book
            .items
            .iter()
            .map(|item| match item {
                BookItem::Chapter(chapter) => chapter.to_string(),
                BookItem::PartTitle(title) => title.to_uppercase(),
                BookItem::Separator => "—".into(),
            })
            .collect();
        assert_eq!(
            top,
            [
                "First",
                "A PART",
                "1. http: fetch",
                "2. echo: serve",
                "A PART",
                "3. primes: count",
                "A PART",
                "4. Sharing",
                "Other sources"
            ]
        );
    }

    #[test]
    fn links_of_readmes_and_of_chapters_lead_to_pages() {
        let (book, needed) = complete("[http](../../examples-io/http/README.md) [me](first.md)\n")
            .expect("nothing is missing");
        assert_eq!(page(&book, "first.md"), "[http](examples-io/http/index.md) [me](first.md)\n");
        let http = page(&book, "examples-io/http/index.md");
        assert!(http.contains("[it](../../examples-io/http/tokio.md#src-lib-rs)"), "{http}");
        assert!(needed.sources.contains("notes.md"));
        assert!(page(&book, OTHER_SOURCES).contains("## notes.md {#notes-md}\n"));
    }

    #[test]
    fn the_page_of_a_cell_shows_its_files_and_how_it_differs_from_sequential() {
        let (book, _) = complete("# First\n").expect("nothing is missing");
        let tokio = page(&book, "examples-io/http/tokio.md");
        for part in [
            "# http · tokio\n",
            "## src/lib.rs {#src-lib-rs}\n",
            "## Cargo.toml",
            "class=\"versus\"",
        ] {
            assert!(tokio.contains(part), "{part} is missing in: {tokio}");
        }
        assert!(!page(&book, "examples-io/http/sequential.md").contains("versus"));
    }

    #[test]
    fn the_page_of_a_pair_shows_both_ways_side_by_side() {
        let (book, _) = complete("# First\n").expect("nothing is missing");
        let pair = page(&book, "comparisons/pairs/lock-order.md");
        for part in [
            "[w](../../comparisons/pairs/lock-order.md#side-by-side)",
            "class=\"versus\"",
            "<span class=\"alone\" style=\"--indent: 4ch\">    a();\n</span>",
        ] {
            assert!(pair.contains(part), "{part} is missing in: {pair}");
        }
    }

    #[test]
    fn an_error_names_chapter_directive_and_reason_in_a_line() {
        let error = complete("# First\n\n{{#item http/tokio fetch}}\n").expect_err("it is missing");
        assert_eq!(
            format!("{error:#}"),
            "docs/chapters/first.md: {{#item http/tokio fetch}}: \
             examples-io/http/tokio/src/lib.rs has no item fetch"
        );
        let error = complete("[a](second.md)").expect_err("it is missing");
        assert_eq!(
            format!("{error:#}"),
            "docs/chapters/first.md links to second.md, which does not exist"
        );
    }

    #[test]
    fn a_page_is_described_by_its_first_paragraph() {
        let chapter = |text: &str| Chapter::new("Name", text.into(), "a/b.md", Vec::new());
        let of = |text: &str| place(&chapter(text), "a/b.md", true);
        let described =
            of("# http · tokio\n\n    run\n\nFetches `pages`\nwith *async*.\n\nMore.\n");
        assert_eq!(described.description, "Fetches pages with async.");
        assert_eq!((&*described.title, &*described.page), ("http · tokio", "a/b.html"));
        assert_eq!(of("Text.\n").title, "Name");
    }
}
