//! The workspace as its folders show it: a row is a folder of `examples-io` or `examples-cpu`, a
//! cell is a package in it. Adding a folder is all that it takes to be found.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use harness::approach::{Approach, COLUMNS};
use serde::{Deserialize, Serialize};

use crate::script::Script;

/// The folder of a row that holds what its cells share, and is no cell itself.
const SHARED: &str = "workload";

/// What a row's units of work are expected to spend their time with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Waiting: the row stands in `examples-io`.
    Io,
    /// Computing: the row stands in `examples-cpu`.
    Cpu,
}

impl Side {
    /// Both sides.
    pub const ALL: [Self; 2] = [Self::Io, Self::Cpu];

    /// The folder at the root that holds the rows of this side.
    #[must_use]
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Io => "examples-io",
            Self::Cpu => "examples-cpu",
        }
    }
}

/// One version of a row: a package with a program, or a file in Python.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The name of its row.
    pub row: String,
    /// The approach, which is the name of its folder.
    pub approach: Approach,
    /// Where it is.
    pub folder: PathBuf,
    /// What runs it, if it is written in Python and no package.
    pub script: Option<Script>,
}

impl Cell {
    /// The command that runs it with `program`: its own, or a Python interpreter.
    #[must_use]
    pub fn command(&self, program: &Path) -> Command {
        match &self.script {
            Some(script) => script.command(program),
            None => Command::new(program),
        }
    }

    /// The file of its lesson.
    #[must_use]
    pub fn lesson(&self) -> PathBuf {
        match &self.script {
            Some(script) => script.file(),
            None => self.folder.join("src/lib.rs"),
        }
    }

    /// The name of its package and of its program; in Python, a name to call it by.
    #[must_use]
    pub fn package(&self) -> String {
        format!("{}-{}", self.row, self.approach.name())
    }
}

/// One workload with all its versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its name, which is that of its folder.
    pub name: String,
    /// The side that it stands on.
    pub side: Side,
    /// Its versions, in the order of the columns.
    pub cells: Vec<Cell>,
}

/// Why the workspace cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// There is none.
    #[error("found no workspace with examples-io or examples-cpu at or above {}", from.display())]
    NotFound {
        /// Where the search began.
        from: PathBuf,
    },
    /// A folder or file of it cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A Cargo workspace with rows of examples.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
    rows: Vec<Row>,
}

impl Workspace {
    /// Finds the workspace that encloses the current directory, or else the package that cargo
    /// has started this program from.
    ///
    /// # Errors
    /// There is no such workspace, or it cannot be read.
    pub fn find() -> Result<Self, WorkspaceError> {
        let here = env::current_dir()
            .map_err(|source| WorkspaceError::Unreadable { path: ".".into(), source })?;
        let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = [Some(here.clone()), package]
            .into_iter()
            .flatten()
            .find_map(|start| start.ancestors().find(|folder| is_root(folder)).map(PathBuf::from))
            .ok_or(WorkspaceError::NotFound { from: here })?;
        Self::at(root)
    }

    /// Reads the workspace whose root is known.
    ///
    /// # Errors
    /// A folder of it cannot be read.
    pub fn at(root: impl Into<PathBuf>) -> Result<Self, WorkspaceError> {
        let root = root.into();
        // Where there is no README, no row is before another but by its name.
        let readme = fs::read_to_string(root.join("README.md")).unwrap_or_default();
        let mut rows = Vec::new();
        for side in Side::ALL {
            let mut of_side = folders(&root.join(side.folder()))?;
            let place = |name: &str| readme.find(&format!("({}/{name}/", side.folder()));
            of_side.sort_by_key(|(name, _)| place(name).unwrap_or(usize::MAX));
            for (name, folder) in of_side {
                let cells = cells(&name, &folder)?;
                if !cells.is_empty() {
                    rows.push(Row { name, side, cells });
                }
            }
        }
        Ok(Self { root, rows })
    }

    /// The folder of the workspace's own manifest.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// All rows: those that wait, then those that compute, each in the order in which the README at
    /// the root links to them, which is that of the lesson; then, by name, those that it does not.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What a row is about: the title of its README, without the row's name.
    #[must_use]
    pub fn question(&self, row: &Row) -> String {
        let readme = self.root.join(row.side.folder()).join(&row.name).join("README.md");
        let readme = fs::read_to_string(readme).unwrap_or_default();
        let title = readme.lines().next().unwrap_or_default().trim_start_matches("# ");
        title.split_once(": ").map_or(title, |(_, question)| question).to_owned()
    }

    /// Whether a row has benchmarks: the file `benches/<row>/benches/<row>.rs`.
    #[must_use]
    pub fn has_benchmarks(&self, row: &str) -> bool {
        self.root.join(format!("benches/{row}/benches/{row}.rs")).is_file()
    }
}

/// Whether the folder is the root of a workspace like ours.
fn is_root(folder: &Path) -> bool {
    Side::ALL.iter().any(|side| folder.join(side.folder()).is_dir())
        && fs::read_to_string(folder.join("Cargo.toml"))
            .is_ok_and(|manifest| manifest.lines().any(|line| line.trim() == "[workspace]"))
}

/// The cells of one row, in the order of the columns.
fn cells(row: &str, folder: &Path) -> Result<Vec<Cell>, WorkspaceError> {
    let mut cells: Vec<Cell> = folders(folder)?
        .into_iter()
        .filter(|(name, folder)| name != SHARED && folder.join("Cargo.toml").is_file())
        .map(|(name, folder)| Cell {
            row: row.into(),
            approach: Approach::new(name),
            folder,
            script: None,
        })
        .collect();
    // The folders come by name, and the sort is stable: those beyond the grid remain by name.
    cells.sort_by_key(|cell| place(&cell.approach));
    Ok(cells)
}

/// The place of an approach among the columns.
#[must_use]
pub fn place(approach: &Approach) -> usize {
    let place = COLUMNS.iter().position(|column| column.name == approach.name());
    place.unwrap_or(COLUMNS.len())
}

/// The folders in `folder`, with their names and by name; none if `folder` does not exist.
pub(crate) fn folders(folder: &Path) -> Result<Vec<(String, PathBuf)>, WorkspaceError> {
    let unreadable = |source| WorkspaceError::Unreadable { path: folder.to_path_buf(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry.map_err(unreadable)?;
        // A name that is not Unicode is none that cargo would take for a package.
        if let Ok(name) = entry.file_name().into_string()
            && entry.path().is_dir()
            && !name.starts_with('.')
        {
            folders.push((name, entry.path()));
        }
    }
    folders.sort();
    Ok(folders)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let tree = tempfile::tempdir().expect("a temporary folder can be made");
        for file in files {
            let path = tree.path().join(file);
            let folder = path.parent().expect("a file lies in a folder");
            fs::create_dir_all(folder).expect("its folder can be made");
            fs::write(path, "[workspace]\n").expect("the file can be written");
        }
        tree
    }

    #[test]
    fn rows_and_cells_are_found_by_their_folders_in_the_order_of_the_columns() {
        let tree = tree(&[
            "Cargo.toml",
            "examples-cpu/primes/sequential/Cargo.toml",
            "examples-io/http/README.md",
            "examples-io/http/workload/Cargo.toml",
            "examples-io/http/timely/Cargo.toml",
            "examples-io/http/actors/Cargo.toml",
            "examples-io/http/smol/Cargo.toml",
            "examples-io/http/threads/Cargo.toml",
            "examples-io/http/sequential/Cargo.toml",
            "examples-io/http/notes/something.md",
            "examples-io/empty/README.md",
        ]);
        let workspace = Workspace::at(tree.path()).expect("the tree can be read");
        let found: Vec<(&str, Side, Vec<String>)> = workspace
            .rows()
            .iter()
            .map(|row| (&*row.name, row.side, row.cells.iter().map(Cell::package).collect()))
            .collect();
        let http = ["sequential", "threads", "smol", "actors", "timely"];
        let http = http.map(|approach| format!("http-{approach}")).to_vec();
        assert_eq!(
            found,
            [("http", Side::Io, http), ("primes", Side::Cpu, vec!["primes-sequential".into()])]
        );
    }

    #[test]
    fn rows_come_in_the_order_of_the_readme() {
        let cells = ["a", "b", "c"].map(|row| format!("examples-io/{row}/sequential/Cargo.toml"));
        let tree = tree(&cells.each_ref().map(String::as_str));
        fs::write(tree.path().join("README.md"), "[c](examples-io/c/README.md)\n")
            .expect("the file can be written");
        let workspace = Workspace::at(tree.path()).expect("the tree can be read");
        let names: Vec<&str> = workspace.rows().iter().map(|row| &*row.name).collect();
        assert_eq!(names, ["c", "a", "b"]);
    }

    #[test]
    fn a_root_needs_both_a_workspace_and_examples() {
        assert!(is_root(tree(&["Cargo.toml", "examples-io/a/b/Cargo.toml"]).path()));
        assert!(!is_root(tree(&["Cargo.toml", "src/lib.rs"]).path()));
        assert!(!is_root(tree(&["examples-io/a/b/Cargo.toml"]).path()));
    }
}
