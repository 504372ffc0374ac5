//! A small workspace, to try the rules on: one that cannot be broken is worth nothing.

use std::fs;

use claims::update::ALL_VERSIONS;
use tempfile::TempDir;
use workspace::COLUMNS;

use super::{
    files::{read, write},
    tree::{Rule, Tree},
};

/// A workspace in a temporary folder.
pub(super) struct Small(TempDir);

impl Small {
    /// A workspace that keeps all rules.
    pub(super) fn new() -> Self {
        let small = Self(tempfile::tempdir().expect("a temporary folder can be made"));
        small.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"benches/*\", \"comparisons/*\", \
             \"docs\", \"examples-io/*/*\", \"support/*\", \"tests\"]\n\n\
             [workspace.package]\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
             [workspace.lints]\n\n[workspace.dependencies]\nanyhow = \"1\"\nhttp = \"1\"\nlog = \"1\"\nnix = \"1\"\n\
             harness = { path = \"support/harness\" }\n",
        );
        small.write("README.md", "# A tree\n\nThe row http, for `cargo run -p compare`.\n");
        let mut grid = String::from("# All versions\n\n");
        for column in COLUMNS {
            small.cell("http", column.name);
            grid += &format!("- [`{0}`](../../examples-io/http/{0}/src/lib.rs#L1)\n", column.name);
        }
        small.write(ALL_VERSIONS, &grid);
        small.write(
            "examples-io/http/README.md",
            "See [all](../../README.md), [us](https://example.org), [below](#below).\n\n\
             ## Below\n`cargo run --release -p http-tokio -- -p nothing`, or a cell:\n\n\
             ```sh\ncargo run -p http-<cell>  # [no](link.md)\ncargo test --package=http-smol \
             -p bench-http\n```\n",
        );
        for (folder, name) in [
            ("benches/http", "bench-http"),
            ("comparisons/compare", "compare"),
            ("docs", "book"),
            ("examples-io/http/workload", "http-workload"),
            ("support/harness", "harness"),
            ("tests", "tests"),
        ] {
            small.member(folder, name, "");
        }
        small
    }

    /// A cell of a row that waits.
    pub(super) fn cell(&self, row: &str, approach: &str) {
        let (folder, name) = (format!("examples-io/{row}/{approach}"), format!("{row}-{approach}"));
        self.member(
            &folder,
            &name,
            &format!(
                "http-workload = {{ path = \"../../http/workload\" }}\n\n\
                 [[bin]]\nname = \"{name}\"\npath = \"src/main.rs\"\ntest = false\n"
            ),
        );
        self.write(
            &format!("{folder}/src/lib.rs"),
            &format!("//! Fetches.\n//!\n//! ```sh\n//! cargo run --release -p {name}\n//! ```\n"),
        );
        self.write(&format!("{folder}/src/main.rs"), "fn main() {}\n");
    }

    /// A package with a library, and with some more dependencies.
    pub(super) fn member(&self, folder: &str, name: &str, dependencies: &str) {
        self.write(
            &format!("{folder}/Cargo.toml"),
            &format!(
                "[package]\nname = \"{name}\"\nversion.workspace = true\n\
                 edition.workspace = true\n\n\
                 [lib]\ntest = false\ndoctest = false\n\n\
                 [lints]\nworkspace = true\n\n\
                 [dependencies.http]\nworkspace = true\n\n\
                 [target.'cfg(unix)'.dependencies]\nnix = {{ workspace = true }}\n\n\
                 [dependencies]\nanyhow.workspace = true\n{dependencies}"
            ),
        );
        self.write(&format!("{folder}/src/lib.rs"), "");
    }

    /// Writes a file.
    pub(super) fn write(&self, path: &str, text: &str) {
        write(&self.0.path().join(path), text);
    }

    /// Adds to the end of a file.
    pub(super) fn append(&self, path: &str, text: &str) {
        self.write(path, &(read(&self.0.path().join(path)) + text));
    }

    /// Replaces a part of a file.
    pub(super) fn replace(&self, path: &str, old: &str, new: &str) {
        let text = read(&self.0.path().join(path));
        assert!(text.contains(old), "{path} has no {old:?} that could be replaced");
        self.write(path, &text.replace(old, new));
    }

    /// Removes a file or a folder.
    pub(super) fn remove(&self, path: &str) {
        let path = self.0.path().join(path);
        let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        removed.expect("it can be removed");
    }

    /// It, as the rules see it.
    pub(super) fn tree(&self) -> Tree {
        Tree::at(self.0.path())
    }

    /// What the rule finds.
    pub(super) fn breaches(&self, rule: Rule) -> Vec<String> {
        rule(&self.tree())
    }

    /// Checks that the rule finds exactly these breaches, and none before the mistake.
    pub(super) fn breaks(&self, rule: Rule, breaches: &[&str]) {
        assert_eq!(Self::new().breaches(rule), [""; 0], "the rule must be kept at first");
        assert_eq!(self.breaches(rule), breaches);
    }
}
