//! No chapter is forgotten: each is in the book, and its Rust is compiled.

use std::{
    fs,
    path::{Path, PathBuf},
};

use book::glossary;
use workspace::Workspace;

fn docs() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The chapters that are written by hand.
fn chapters() -> Vec<PathBuf> {
    let entries = fs::read_dir(docs().join("chapters")).expect("there are chapters");
    entries
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| !path.ends_with("SUMMARY.md"))
        .collect()
}

#[test]
fn every_chapter_is_in_the_summary_and_among_the_doc_tests() {
    let summary = read(docs().join("chapters/SUMMARY.md"));
    let library = read(docs().join("src/lib.rs"));
    for chapter in chapters() {
        let name = chapter.file_name().expect("a file has a name").to_string_lossy();
        assert!(summary.contains(&format!("({name})")), "SUMMARY.md does not name {name}");
        assert!(library.contains(&format!("\"{name}\"")), "src/lib.rs does not test {name}");
    }
}

#[test]
fn every_chapter_begins_with_a_title() {
    for chapter in chapters() {
        assert!(read(&chapter).starts_with("# "), "{} has no title", chapter.display());
    }
}

#[test]
fn no_readme_of_a_row_has_rust_that_nobody_compiles() {
    let root = docs().parent().expect("docs lies in the workspace");
    let workspace = Workspace::at(root).expect("the workspace can be read");
    for row in workspace.rows() {
        let readme = root.join(row.side.folder()).join(&row.name).join("README.md");
        let blocks = read(&readme).matches("```rust").count();
        assert_eq!(blocks, 0, "{} has blocks of Rust; link to a source instead", readme.display());
    }
}

#[test]
fn the_glossary_has_each_term_once_in_order_with_a_short_definition_and_a_link() {
    let text = read(docs().join("chapters").join(glossary::PAGE));
    let entries: Vec<&str> = text.split("\n\n").filter(|entry| entry.contains("\n: ")).collect();
    assert!(entries.len() > 40, "{} entries", entries.len());
    let mut before = String::new();
    for entry in &entries {
        let (term, definition) = entry.split_once("\n: ").expect("an entry has a definition");
        let sorted = term.to_lowercase();
        assert!(before < sorted, "{term} comes too late, or twice");
        before = sorted;
        assert!(definition.contains("]("), "{term} leads nowhere");
        // A question mark ends the name of a chapter, and a full stop within a link its path.
        let words = definition.replace("\n  ", " ");
        let sentences = words.matches(". ").count() + 1;
        assert!(sentences <= 2, "{term} takes {sentences} sentences");
    }
    assert_eq!(glossary::terms(&text).len(), entries.len());
}
