//! The workspace as its folders show it: a row is a folder of `examples-io` or `examples-cpu`, a
//! cell is a package in it. Adding a folder is all that it takes to be found.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

use serde::{Deserialize, Serialize};

/// The columns of the grid, in the order in which they are shown. Cells beyond the grid follow in
/// alphabetical order.
pub const COLUMNS: [&str; 8] =
    ["sequential", "threads", "crossbeam", "rayon", "tokio", "async-std", "smol", "processes"];

/// The column that all others are measured against.
pub const BASELINE: &str = COLUMNS[0];

/// The folder of a row that holds what its cells share, and is no cell itself.
const SHARED: &str = "workload";

/// What a row's units of work are expected to spend their time with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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

/// One version of a row: a package with a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The name of its row.
    pub row: String,
    /// The approach, which is the name of its folder.
    pub approach: String,
    /// Where it is.
    pub folder: PathBuf,
}

impl Cell {
    /// The name of its package and of its program.
    #[must_use]
    pub fn package(&self) -> String {
        format!("{}-{}", self.row, self.approach)
    }
}

/// One workload with all its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name, which is that of its folder.
    pub name: String,
    /// The side that it stands on.
    pub side: Side,
    /// Its versions, in the order of the columns.
    pub cells: Vec<Cell>,
}

/// How cargo compiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// For measurements.
    Release,
    /// For tests, which have built most of it already.
    Dev,
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
    /// Cargo cannot be started, or does not let itself be heard.
    #[error("cannot run {program}")]
    Cargo {
        /// The program that was tried.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// Cargo failed, and has said why on stderr.
    #[error("cargo could not build the versions ({status}); its own message above says why")]
    Build {
        /// How it ended.
        status: ExitStatus,
    },
    /// The package has no program of its own name.
    #[error("the package {package} has no program of its name")]
    NoProgram {
        /// Which package.
        package: String,
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
        let mut rows = Vec::new();
        for side in Side::ALL {
            for (name, folder) in folders(&root.join(side.folder()))? {
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

    /// All rows: those that wait, then those that compute, each by name.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Has cargo build the programs of `cells`, all in one go, and says where each one is, by the
    /// name of its package. Cargo's progress and messages go to this program's stderr.
    ///
    /// # Errors
    /// Cargo cannot be started, or fails, or a cell has no program.
    pub fn build(
        &self,
        cells: &[&Cell],
        profile: Profile,
    ) -> Result<BTreeMap<String, PathBuf>, WorkspaceError> {
        // Without any `-p`, cargo would build the workspace's default members.
        if cells.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut arguments = vec!["build".to_owned()];
        if profile == Profile::Release {
            arguments.push("--release".into());
        }
        for cell in cells {
            arguments.extend(["-p".into(), cell.package()]);
        }
        let mut programs = self.cargo(&arguments)?;
        cells
            .iter()
            .map(|cell| {
                let package = cell.package();
                match programs.remove(&package) {
                    Some(path) => Ok((package, path)),
                    None => Err(WorkspaceError::NoProgram { package }),
                }
            })
            .collect()
    }

    /// Whether a row has benchmarks: the file `benches/<row>/benches/<row>.rs`.
    #[must_use]
    pub fn has_benchmarks(&self, row: &str) -> bool {
        self.root.join(format!("benches/{row}/benches/{row}.rs")).is_file()
    }

    /// Has cargo build the benchmarks of these rows, all in one go, and says where the program of
    /// each one is, by the name of the row.
    ///
    /// # Errors
    /// Cargo cannot be started, or fails, or a row has no benchmarks.
    pub fn build_benchmarks(
        &self,
        rows: &[&str],
    ) -> Result<BTreeMap<String, PathBuf>, WorkspaceError> {
        if rows.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut arguments = vec!["bench".to_owned(), "--no-run".into()];
        for row in rows {
            arguments.extend([
                "-p".into(),
                format!("bench-{row}"),
                "--bench".into(),
                (*row).into(),
            ]);
        }
        let mut programs = self.cargo(&arguments)?;
        rows.iter()
            .map(|row| match programs.remove(*row) {
                Some(path) => Ok(((*row).to_owned(), path)),
                None => Err(WorkspaceError::NoProgram { package: format!("bench-{row}") }),
            })
            .collect()
    }

    /// Runs cargo at the root, and returns the programs that it says it has built, by the names of
    /// their targets.
    fn cargo(&self, arguments: &[String]) -> Result<BTreeMap<String, PathBuf>, WorkspaceError> {
        let program = env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let failed = |source| WorkspaceError::Cargo { program: program.clone(), source };

        let mut command = Command::new(&program);
        command.args(arguments).arg("--message-format=json-render-diagnostics");
        forget_who_called(&mut command);
        let mut cargo = command
            .current_dir(&self.root)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let stdout = cargo.stdout.take().expect("stdout is piped, and nobody else has taken it");
        let programs = programs(BufReader::new(stdout));
        let status = cargo.wait().map_err(failed)?;
        if !status.success() {
            return Err(WorkspaceError::Build { status });
        }
        programs.map_err(failed)
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
        .map(|(approach, folder)| Cell { row: row.into(), approach, folder })
        .collect();
    // The folders come by name, and the sort is stable: those beyond the grid remain by name.
    cells.sort_by_key(|cell| place(&cell.approach));
    Ok(cells)
}

/// The place of an approach among the columns.
#[must_use]
pub fn place(approach: &str) -> usize {
    COLUMNS.iter().position(|column| *column == approach).unwrap_or(COLUMNS.len())
}

/// The folders in `folder`, with their names and by name; none if `folder` does not exist.
fn folders(folder: &Path) -> Result<Vec<(String, PathBuf)>, WorkspaceError> {
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

/// Takes away what cargo told *this* program about its package. Build scripts may ask to be run
/// anew when it changes (ring's does), and the same cells would be compiled again and again,
/// depending on who has them built.
fn forget_who_called(command: &mut Command) {
    const PREFIXES: [&str; 2] = ["CARGO_PKG_", "CARGO_MANIFEST_"];
    const NAMES: [&str; 3] = ["CARGO_BIN_NAME", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE"];
    for (name, _) in env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        if NAMES.contains(&text) || PREFIXES.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
}

/// One line of what cargo says with `--message-format=json`, as far as it matters here (The Cargo
/// Book, *External tools*).
#[derive(Deserialize)]
struct Message {
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// The programs that cargo says it has built, by name.
fn programs(messages: impl BufRead) -> io::Result<BTreeMap<String, PathBuf>> {
    let mut programs = BTreeMap::new();
    for line in messages.lines() {
        // What is no such message comes from a compiler plug-in, and is nothing to us.
        if let Ok(Message { target: Some(target), executable: Some(path) }) =
            serde_json::from_str(&line?)
        {
            programs.insert(target.name, path);
        }
    }
    Ok(programs)
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
    fn a_root_needs_both_a_workspace_and_examples() {
        assert!(is_root(tree(&["Cargo.toml", "examples-io/a/b/Cargo.toml"]).path()));
        assert!(!is_root(tree(&["Cargo.toml", "src/lib.rs"]).path()));
        assert!(!is_root(tree(&["examples-io/a/b/Cargo.toml"]).path()));
    }

    #[test]
    fn programs_are_read_from_cargos_messages() {
        let messages = br#"
not a message
{"reason":"compiler-artifact","target":{"name":"harness","kind":["lib"]},"executable":null}
{"reason":"build-script-executed","package_id":"x"}
{"reason":"compiler-artifact","target":{"name":"a-b","kind":["bin"]},"executable":"/t/a-b"}
{"reason":"build-finished","success":true}
"#;
        let programs = programs(&messages[..]).expect("bytes can be read");
        assert_eq!(programs, BTreeMap::from([("a-b".into(), "/t/a-b".into())]));
    }
}
