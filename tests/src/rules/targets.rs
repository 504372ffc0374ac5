//! What `cargo test` builds of a package: all that has tests in it, and nothing that has none, since
//! each empty test program takes its time to be linked and started.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

use super::{
    small::Small,
    sources::Source,
    tree::{Package, Target, Tree},
};
use crate::suite::{Test, tests};

/// A library or a program has unit tests, or `test = false`, and not both.
pub(super) fn unit_tests_run_where_there_are_any(tree: &Tree) -> Vec<String> {
    let testable = targets(tree).filter(|(_, target)| target.is_lib() || target.is_bin());
    let breaches = testable.filter_map(|(Package { name, .. }, target)| {
        let file = tree.shown(&target.src_path);
        let has_tests = target.sources().files.iter().any(|source| source.has_unit_tests);
        match (has_tests, target.test) {
            (false, true) => {
                Some(format!("{name}: {file} has no unit tests, and no `test = false`"))
            }
            (true, false) => {
                Some(format!("{name}: the unit tests of {file} never run: `test = false`"))
            }
            _ => None,
        }
    });
    breaches.collect()
}

/// A library has Rust in its documentation, or `doctest = false`, and not both.
pub(super) fn doctests_run_where_there_are_any(tree: &Tree) -> Vec<String> {
    let libraries = targets(tree).filter(|(_, target)| target.is_lib());
    let breaches = libraries.filter_map(|(Package { name, .. }, target)| {
        let has_doctests = target.sources().files.iter().any(has_doctests);
        match (has_doctests, target.doctest) {
            (false, true) => {
                Some(format!("{name}: no Rust is in the documentation, and no `doctest = false`"))
            }
            (true, false) => {
                Some(format!("{name}: the Rust in the documentation never runs: `doctest = false`"))
            }
            _ => None,
        }
    });
    breaches.collect()
}

/// A cell is the lesson, and is tested as the program that it is.
pub(super) fn cells_are_tested_from_outside(tree: &Tree) -> Vec<String> {
    let workspace = tree.workspace();
    let cells = workspace.rows().iter().flat_map(|row| &row.cells);
    let cells: Vec<String> = cells.map(workspace::Cell::package).collect();
    let of_cells = tree.packages().iter().filter(|package| cells.contains(&package.name));
    let tested = of_cells.filter(|package| package.targets.iter().any(|it| it.test || it.doctest));
    tested.map(|package| format!("{} has tests of its own", package.name)).collect()
}

/// All targets, with their packages.
fn targets(tree: &Tree) -> impl Iterator<Item = (&Package, &Target)> {
    let packages = tree.packages().iter();
    packages.flat_map(|package| package.targets.iter().map(move |target| (package, target)))
}

fn has_doctests(source: &Source) -> bool {
    // What is there for doctests alone includes a page.
    source.has_doctests_apart || source.documentation.iter().any(|text| holds_rust(text))
}

/// Whether the Markdown has a block that rustdoc compiles: all that no other language is named for.
fn holds_rust(text: &str) -> bool {
    /// What may be said of a block of Rust. (An edition may, too.)
    const OF_RUST: [&str; 5] = ["rust", "should_panic", "no_run", "compile_fail", "test_harness"];
    Parser::new(text).any(|event| match event {
        Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => true,
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => info
            .split([',', ' '])
            .all(|word| word.is_empty() || OF_RUST.contains(&word) || word.starts_with("edition")),
        _ => false,
    })
}

/// The mistakes that these rules find.
pub(super) fn tests() -> Vec<Test> {
    tests!("rules", Shared:
        unit_tests_may_never_run_or_not_be_there,
        doctests_may_never_run_or_not_be_there,
        a_cell_may_have_tests_of_its_own,
    )
}

fn unit_tests_may_never_run_or_not_be_there() {
    let small = Small::new();
    small.write("support/harness/src/lib.rs", "mod a;\n");
    small.write("support/harness/src/a/mod.rs", "mod b { mod c; }\n");
    small.write(
        "support/harness/src/a/b/c.rs",
        "#[cfg(test)]\nmod tests {\n    #[test]\n    fn two() {}\n}\n",
    );
    small.replace("examples-io/http/workload/Cargo.toml", "[lib]\ntest = false\n", "[lib]\n");
    small.replace("examples-io/http/smol/Cargo.toml", "main.rs\"\ntest = false\n", "main.rs\"\n");
    small.breaks(
        unit_tests_run_where_there_are_any,
        &[
            "http-smol: examples-io/http/smol/src/main.rs has no unit tests, and no `test = false`",
            "http-workload: examples-io/http/workload/src/lib.rs has no unit tests, and no \
             `test = false`",
            "harness: the unit tests of support/harness/src/lib.rs never run: `test = false`",
        ],
    );
}

fn doctests_may_never_run_or_not_be_there() {
    for rust in [
        "/// ```\n/// f();\n/// ```\nfn f() {}\n",
        "//! ```no_run\n//! f();\n//! ```\n",
        "//! Indented:\n//!\n//!     f();\n",
        "fn f() {\n    //! ```rust,should_panic\n    //! f();\n    //! ```\n}\n",
        "#[cfg(doctest)]\nmod pages {}\n",
    ] {
        let small = Small::new();
        small.write("support/harness/src/lib.rs", rust);
        small.breaks(
            doctests_run_where_there_are_any,
            &["harness: the Rust in the documentation never runs: `doctest = false`"],
        );
        small.replace("support/harness/Cargo.toml", "doctest = false\n", "");
        assert_eq!(small.breaches(doctests_run_where_there_are_any), [""; 0]);
    }
    for other in ["", "/// `f()`\n///\n/// ```text\n/// f();\n/// ```\nfn f() {}\n"] {
        let small = Small::new();
        small.write("support/harness/src/lib.rs", other);
        small.replace("support/harness/Cargo.toml", "doctest = false\n", "");
        small.breaks(
            doctests_run_where_there_are_any,
            &["harness: no Rust is in the documentation, and no `doctest = false`"],
        );
    }
}

fn a_cell_may_have_tests_of_its_own() {
    let small = Small::new();
    small.replace("examples-io/http/smol/Cargo.toml", "doctest = false\n", "");
    small.replace("examples-io/http/rayon/Cargo.toml", "main.rs\"\ntest = false\n", "main.rs\"\n");
    small.replace("support/harness/Cargo.toml", "doctest = false\n", "");
    small.breaks(
        cells_are_tested_from_outside,
        &["http-rayon has tests of its own", "http-smol has tests of its own"],
    );
}
