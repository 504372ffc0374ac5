//! What the pages promise: packages that commands name, and what links lead to.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use claims::update::ALL_VERSIONS;
use pulldown_cmark::{Event, Parser, Tag};
use workspace::{Cell, Row};

use super::{
    files::{normalised, read},
    small::Small,
    tree::Tree,
};
use crate::suite::{Test, tests};

/// Every package that a command in a page, or in the documentation of a file, names exists.
pub(super) fn commands_name_packages(tree: &Tree) -> Vec<String> {
    let exercises = tree.exercises();
    let members = || tree.packages().iter().chain(exercises.iter().flat_map(Tree::packages));
    let packages: BTreeSet<&str> = members().map(|package| &*package.name).collect();
    let pages = tree.pages().into_iter().map(|page| {
        let text = read(&page);
        (page, vec![text])
    });
    let targets = members().flat_map(|package| &package.targets);
    let sources = targets
        .flat_map(|target| &target.sources().files)
        .map(|source| (source.path.clone(), source.documentation.clone()));
    let mut breaches = Vec::new();
    for (path, texts) in pages.chain(sources) {
        for name in texts.iter().flat_map(|text| named_packages(text)) {
            if !packages.contains(&*name) {
                let path = tree.shown(&path);
                breaches.push(format!("{path}: a command names {name}, which is no package"));
            }
        }
    }
    breaches
}

/// A cell opens with the command that runs it: that is easily forgotten in a copy.
pub(super) fn cells_say_how_to_run_them(tree: &Tree) -> Vec<String> {
    let workspace = tree.workspace();
    let cells: Vec<&Cell> = workspace.rows().iter().flat_map(|row| &row.cells).collect();
    let mut breaches = Vec::new();
    for package in tree.packages() {
        let is_cell = cells.iter().any(|cell| cell.package() == package.name);
        for target in package.targets.iter().filter(|target| is_cell && target.is_lib()) {
            let [lesson, ..] = &target.sources().files[..] else { continue };
            let opening = lesson.documentation.first().map(|text| named_packages(text));
            if !opening.is_some_and(|packages| packages.contains(&package.name)) {
                breaches.push(format!(
                    "{} does not open with `cargo run --release -p {}`",
                    tree.shown(&lesson.path),
                    package.name
                ));
            }
        }
    }
    breaches
}

/// Every relative link in a README, or in a page at the root, leads somewhere.
pub(super) fn links_lead_somewhere(tree: &Tree) -> Vec<String> {
    let mut breaches = Vec::new();
    for page in tree.pages() {
        let folder = page.parent().expect("a page lies in a folder");
        if folder != tree.root() && !page.ends_with("README.md") {
            continue;
        }
        for target in relative_links(&read(&page)) {
            if !folder.join(&target).exists() {
                let page = tree.shown(&page);
                breaches.push(format!("{page} links to {target}, which does not exist"));
            }
        }
    }
    breaches
}

/// The README at the root mentions every row. The chapter of all versions links to every cell of the
/// grid, and the README of a row to its cells beyond the grid.
pub(super) fn pages_show_the_cells(tree: &Tree) -> Vec<String> {
    let mut breaches = Vec::new();
    let words = words(&tree.root().join("README.md"));
    let grid = tree.root().join(ALL_VERSIONS);
    for row in tree.workspace().rows() {
        if !words.contains(&row.name) {
            breaches.push(format!("README.md does not mention {}", row.name));
        }
        let lesson = lesson(tree, row);
        for cell in &row.cells {
            let page = if cell.approach.column().is_some() { &grid } else { &lesson };
            if !links_to(page, cell) {
                let (page, folder) = (tree.shown(page), tree.shown(&cell.folder));
                breaches.push(format!("{page} does not link to {folder}"));
            }
        }
    }
    breaches
}

/// The README of a row.
fn lesson(tree: &Tree, row: &Row) -> PathBuf {
    tree.root().join(row.side.folder()).join(&row.name).join("README.md")
}

/// Whether a page, if it is there, links to a file of the cell or to its folder.
fn links_to(page: &Path, cell: &Cell) -> bool {
    let text = std::fs::read_to_string(page).unwrap_or_default();
    let folder = page.parent().expect("a page lies in a folder");
    let mut links = relative_links(&text).into_iter();
    links.any(|link| normalised(&folder.join(link)).starts_with(&cell.folder))
}

/// The words of a page, if it is there, but not those of its links' targets.
fn words(page: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(page).unwrap_or_default();
    let mut words = BTreeSet::new();
    for event in Parser::new(&text) {
        if let Event::Text(text) | Event::Code(text) = event {
            let parts = text.split(|letter: char| !letter.is_alphanumeric() && letter != '-');
            words.extend(parts.map(ToOwned::to_owned));
        }
    }
    words
}

/// The packages that the commands of a page name: those that follow `-p` in `cargo run`, `test`,
/// `bench`, `build` or the like, up to the `--` after which the program's own arguments begin.
fn named_packages(page: &str) -> Vec<String> {
    let mut packages = Vec::new();
    for line in text(page).replace("\\\n", " ").lines() {
        for command in line.split("cargo ").skip(1) {
            let command = command.split(['|', '&', ';', '#', ')']).next().unwrap_or_default();
            let mut words = command.split_whitespace().take_while(|word| *word != "--");
            while let Some(word) = words.next() {
                let name = match word {
                    "-p" | "--package" => words.next(),
                    _ => word.strip_prefix("--package="),
                };
                let Some(name) = name else { continue };
                // Whatever is not spelled like a package, such as ROW or <row>-<cell>, stands for
                // one.
                let spelled = |letter: char| {
                    letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_".contains(letter)
                };
                if name.chars().all(spelled) {
                    packages.push(name.to_owned());
                }
            }
        }
    }
    packages
}

/// What a page says, with a line of its own for each span of code.
fn text(page: &str) -> String {
    let mut text = String::new();
    for event in Parser::new(page) {
        match event {
            Event::Text(part) => text += &part,
            Event::Code(code) => text += &format!("\n{code}\n"),
            Event::SoftBreak | Event::HardBreak | Event::End(_) => text += "\n",
            _ => {}
        }
    }
    text
}

/// The targets of a page's relative links and pictures, without their anchors.
fn relative_links(page: &str) -> Vec<String> {
    let targets = Parser::new(page).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url),
        _ => None,
    });
    targets
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .filter_map(|target| target.split('#').next().map(ToOwned::to_owned))
        .filter(|target| !target.is_empty())
        .collect()
}

/// The mistakes that these rules find.
pub(super) fn tests() -> Vec<Test> {
    tests!("rules", Shared:
        commands_may_name_nothing,
        a_copied_cell_may_say_how_to_run_the_original,
        links_may_lead_nowhere,
        cells_may_be_shown_nowhere,
    )
}

fn commands_may_name_nothing() {
    let small = Small::new();
    small
        .append("README.md", "\nTry:\n\n    cargo run --release \\\n      -p http-tokyo -- -p x\n");
    small.write("docs/src/page.md", "Try `cargo bench -p bench-htpp`, and `cargo test`.\n");
    small.write(
        "support/harness/src/lib.rs",
        "/// Try this:\n///\n/// ```sh\n/// cargo test -p tets\n/// ```\n\
         fn f() {}\n",
    );
    small.breaks(
        commands_name_packages,
        &[
            "README.md: a command names http-tokyo, which is no package",
            "docs/src/page.md: a command names bench-htpp, which is no package",
            "support/harness/src/lib.rs: a command names tets, which is no package",
        ],
    );
}

fn a_copied_cell_may_say_how_to_run_the_original() {
    let small = Small::new();
    small.replace("examples-io/http/smol/src/lib.rs", "http-smol", "http-tokio");
    small.write("examples-io/http/rayon/src/lib.rs", "//! Fetches.\n");
    small.breaks(
        cells_say_how_to_run_them,
        &[
            "examples-io/http/rayon/src/lib.rs does not open with \
             `cargo run --release -p http-rayon`",
            "examples-io/http/smol/src/lib.rs does not open with `cargo run --release -p http-smol`",
        ],
    );
}

fn links_may_lead_nowhere() {
    let small = Small::new();
    small.append("examples-io/http/README.md", "[this](tokio/src/main.c) and `[x](y)`\n");
    small.append("README.md", "\nSee [that] and ![it](it.svg).\n\n[that]: CONTRIBUTING.md#rows\n");
    small.breaks(
        links_lead_somewhere,
        &[
            "README.md links to CONTRIBUTING.md, which does not exist",
            "README.md links to it.svg, which does not exist",
            "examples-io/http/README.md links to tokio/src/main.c, which does not exist",
        ],
    );
}

fn cells_may_be_shown_nowhere() {
    let small = Small::new();
    small.cell("primes", "sequential");
    small.cell("http", "actors");
    small.cell("http", "timely");
    // The grid alone is shown in the chapter.
    small.append("docs/chapters/all-versions.md", "\n[actors](../../examples-io/http/actors)\n");
    small.append("examples-io/http/README.md", "\n[timely](./timely/src/lib.rs)\n");
    small.breaks(
        pages_show_the_cells,
        &[
            "examples-io/http/README.md does not link to examples-io/http/actors",
            "README.md does not mention primes",
            "docs/chapters/all-versions.md does not link to examples-io/primes/sequential",
        ],
    );
    small.remove("docs/chapters/all-versions.md");
    assert!(small.breaches(pages_show_the_cells).len() > 8);
}
