//! The cells of a row as programs.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, OnceLock},
};

use serde_json::Value;
use workspace::{Row, prepared::PreparedInput};

use crate::{
    family::{Family, Ran},
    patience::PATIENCE,
    programs,
};

/// The answer of a cell, and which units failed.
type CellResult = (Value, Value);

/// The cells of one row.
#[derive(Debug)]
pub(crate) struct Cells {
    name: &'static str,
    /// What *sequential* answered to which arguments: it is asked once for all others.
    results: Mutex<HashMap<Vec<String>, &'static OnceLock<CellResult>>>,
}

impl Cells {
    /// The cells of the row of this name.
    pub(crate) fn of(name: &'static str) -> Self {
        Self { name, results: Mutex::default() }
    }

    /// The row.
    pub(crate) fn row(&self) -> &'static Row {
        let mut rows = programs::workspace().rows().iter();
        rows.find(|row| row.name == self.name).expect("the row is there")
    }

    /// The names of the row's approaches, sequential first.
    pub(crate) fn approaches(&self) -> impl Iterator<Item = &'static str> {
        self.row().cells.iter().map(|cell| cell.approach.name())
    }

    /// The program of an approach.
    pub(crate) fn program(&self, approach: &str) -> &'static Path {
        programs::path(&format!("{}-{approach}", self.name))
    }

    /// A command that runs the program of an approach.
    pub(crate) fn command(&self, approach: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.program(approach));
        command.args(arguments);
        command
    }

    /// Has the sequential cell prepare the input that these arguments describe.
    pub(crate) fn prepare(&self, arguments: &[&str]) -> PreparedInput {
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.into()).collect();
        PreparedInput::start(self.program("sequential"), &arguments, PATIENCE)
            .expect("the input can be made")
    }

    /// Runs a program to its end.
    pub(crate) fn run(&self, approach: &str, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(approach, arguments))
    }

    /// Starts a program whose process, and every one that comes of it, can be found again.
    pub(crate) fn start(&self, approach: &str, arguments: &[&str]) -> Family {
        Family::start(self.program(approach), arguments)
    }

    /// What *sequential* answers, and which units fail in it.
    pub(crate) fn expected(&self, arguments: &[&str]) -> &'static CellResult {
        let key: Vec<String> = arguments.iter().map(|&argument| argument.into()).collect();
        let result = *self
            .results
            .lock()
            .expect("nobody panics while holding it")
            .entry(key)
            .or_insert_with(|| Box::leak(Box::default()));
        result.get_or_init(|| self.result("sequential", arguments))
    }

    /// Checks that a cell gives the same answer and the same failures as *sequential*.
    pub(crate) fn agrees(&self, approach: &str, arguments: &[&str]) {
        let expected = self.expected(arguments);
        assert_eq!(&self.result(approach, arguments), expected, "{approach} {arguments:?}");
    }

    /// Checks that every cell agrees with *sequential* on this input, and returns the answer.
    pub(crate) fn agreed(&self, arguments: &[&str]) -> Value {
        for approach in self.approaches().skip(1) {
            self.agrees(approach, arguments);
        }
        self.expected(arguments).0.clone()
    }

    fn result(&self, approach: &str, arguments: &[&str]) -> CellResult {
        let ran = self.run(approach, &[&["--json"], arguments].concat());
        assert!(matches!(ran.status, Some(0 | 1)), "{approach} {arguments:?}: {}", ran.stderr);
        let json = ran.json();
        let failed = json["failures"].as_array().is_some_and(|failures| !failures.is_empty());
        assert_eq!(ran.status, Some(failed.into()), "{approach} {arguments:?}: {}", ran.stderr);
        assert_eq!(json["approach"], approach);
        (json["answer"].clone(), json["failures"].clone())
    }

    /// Checks that every cell refuses these arguments with that status and one line on stderr which
    /// contains `complaint`, and prints nothing.
    pub(crate) fn refused(&self, arguments: &[&str], status: i32, complaint: &str) {
        for approach in self.approaches() {
            self.run(approach, arguments).refused(status, complaint);
        }
    }
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("the folder for temporary files is UTF-8")
}

/// What is in a folder; nothing if it is gone.
pub(crate) fn children(folder: &Path) -> Vec<PathBuf> {
    let children = std::fs::read_dir(folder).into_iter().flatten().flatten();
    children.map(|child| child.path()).collect()
}
