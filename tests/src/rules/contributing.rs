//! CONTRIBUTING.md, followed: a cell and a row are added to a copy of this workspace.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;
use workspace::{Cell, Workspace};

use super::{
    files::{files, read, write},
    list::RULES,
    tree::{Tree, this_workspace},
};
use crate::{
    cells::text,
    family::Ran,
    programs,
    suite::{Test, tests},
};

/// The test of this.
pub(super) fn tests() -> Vec<Test> {
    tests!("rules", Shared: a_cell_and_a_row_need_their_folders_and_nothing_else)
}

fn a_cell_and_a_row_need_their_folders_and_nothing_else() {
    let copy = Copy::new();

    // "How to add a cell to a row"
    copy.add(
        "examples-cpu/primes/threads",
        "examples-cpu/primes/workers",
        &[("primes-threads", "primes-workers"), ("primes_threads", "primes_workers")],
    );
    copy.build(&["primes-sequential", "primes-workers"]);
    assert_eq!(
        copy.touched(),
        [
            "Cargo.lock",
            "examples-cpu/primes/workers/Cargo.toml",
            "examples-cpu/primes/workers/src/lib.rs",
            "examples-cpu/primes/workers/src/main.rs",
        ]
    );
    assert!(copy.cells("primes").contains(&"workers".to_owned()));
    let arguments = ["--below", "100000", "--workers", "2"];
    let expected = copy.answer("primes-sequential", &arguments);
    assert_eq!(copy.answer("primes-workers", &arguments), expected);

    copy.append("examples-cpu/primes/README.md", "\n[Workers](workers/src/lib.rs)\n");
    let there = Tree::at(&copy.root());
    for (name, rule) in RULES {
        assert_eq!(rule(&there), rule(this_workspace()), "{name}: something is new in the copy");
    }

    // "How to add a row"
    for part in ["workload", "sequential", "threads"] {
        copy.add(
            &format!("examples-io/sleep/{part}"),
            &format!("examples-io/nap/{part}"),
            &[("sleep-", "nap-"), ("sleep_", "nap_"), ("\"sleep\"", "\"nap\"")],
        );
    }
    copy.build(&["nap-sequential", "nap-threads"]);
    assert_eq!(copy.cells("nap"), ["sequential", "threads"]);
    let arguments = ["--tasks", "5", "--latency", "1ms"];
    assert_eq!(copy.answer("nap-threads", &arguments), copy.answer("nap-sequential", &arguments));
}

/// A copy of this workspace, with a target folder beside it.
struct Copy(TempDir);

impl Copy {
    fn new() -> Self {
        let copy = Self(tempfile::tempdir().expect("a temporary folder can be made"));
        for file in files(original()) {
            copy_file(&file, &copy.root().join(below(original(), &file)));
        }
        copy
    }

    fn root(&self) -> PathBuf {
        self.0.path().join("copy")
    }

    /// Copies a package to another folder, with some replacements in each of its files.
    fn add(&self, from: &str, to: &str, replacements: &[(&str, &str)]) {
        for file in ["Cargo.toml", "src/lib.rs", "src/main.rs"] {
            let path = self.root().join(from).join(file);
            if !path.is_file() {
                continue;
            }
            let text =
                replacements.iter().fold(read(&path), |text, (old, new)| text.replace(old, new));
            write(&self.root().join(to).join(file), &text);
        }
    }

    fn append(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        write(&path, &(read(&path) + text));
    }

    /// The files that differ from those that were copied.
    fn touched(&self) -> Vec<String> {
        let files = files(&self.root());
        let paths = files.iter().map(|file| below(&self.root(), file).to_path_buf());
        let touched = paths.filter(|path| {
            let [was, is] = [original(), &self.root()].map(|root| fs::read(root.join(path)).ok());
            was != is
        });
        touched.map(|path| path.display().to_string()).collect()
    }

    /// The approaches of a row that are found by their folders.
    fn cells(&self, row: &str) -> Vec<String> {
        let workspace = Workspace::at(self.root()).expect("the copy can be read");
        let row = workspace.rows().iter().find(|it| it.name == row).expect("the row is found");
        row.cells.iter().map(|cell: &Cell| cell.approach.name().to_owned()).collect()
    }

    /// Has cargo build these programs. What the original has compiled is not compiled again: cargo
    /// knows a package by its place within its workspace, and that its files are as old.
    fn build(&self, names: &[&str]) {
        let mut cargo = workspace::cargo::command();
        cargo.args(["build", "--quiet", "--workspace", "--offline"]);
        cargo.args(["--target-dir", text(&self.target())]);
        if !cfg!(debug_assertions) {
            cargo.arg("--release");
        }
        cargo.args(names.iter().flat_map(|name| ["--bin", name]));
        cargo.env("CARGO_BUILD_BUILD_DIR", programs::target()).current_dir(self.root());
        let built = Ran::of(&mut cargo);
        assert_eq!(built.status, Some(0), "{}", built.stderr);
    }

    fn target(&self) -> PathBuf {
        self.0.path().join("target")
    }

    /// What a program answers, which must know its own name.
    fn answer(&self, package: &str, arguments: &[&str]) -> Value {
        let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
        let program = self.target().join(profile).join(package);
        let ran = Ran::of(Command::new(program).arg("--json").args(arguments));
        assert_eq!(ran.status, Some(0), "{}", ran.stderr);
        let mut json = ran.json();
        let name = [&json["workload"], &json["approach"]].map(|part| part.as_str().unwrap_or("?"));
        assert_eq!(name.join("-"), package);
        json["answer"].take()
    }
}

fn original() -> &'static Path {
    programs::workspace().root()
}

/// The path of a file from a folder on.
fn below<'a>(folder: &Path, file: &'a Path) -> &'a Path {
    file.strip_prefix(folder).expect("it was found there")
}

/// Copies a file with its age, by which cargo tells whether it has changed.
fn copy_file(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().expect("a file lies in a folder"))
        .expect("the folder can be made");
    fs::copy(from, to).expect("the file can be copied");
    let age = from.metadata().and_then(|from| from.modified()).expect("every file has an age");
    let copy = File::options().append(true).open(to).expect("the copy can be opened");
    copy.set_modified(age).expect("the copy is ours");
}
