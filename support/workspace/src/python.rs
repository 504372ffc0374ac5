//! The versions in Python: the files of `comparisons/python/ROW`, and the interpreters that run them.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use harness::approach::Approach;
use serde::{Deserialize, Serialize};

use crate::{
    output,
    rows::{Cell, Workspace, WorkspaceError},
    script::Script,
};

/// The folder of the versions in Python, from the root on.
const FOLDER: &str = "comparisons/python";

/// The file of a row that its versions share, and that is no version itself.
const SHARED: &str = "workload";

/// The versions in the order in which they are shown; any others come after them, by name.
const ORDER: [&str; 4] = ["sequential", "threading", "asyncio", "multiprocessing"];

/// The usual Python.
const USUAL: &str = "python3";

/// The builds without a global interpreter lock, as they are usually called.
const FREE_THREADED: [&str; 3] = ["python3.13t", "python3.14t", "python3.15t"];

/// The oldest Python that the versions are written for.
const OLDEST: (u32, u32) = (3, 11);

/// A Python that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interpreter {
    /// How its versions are called: `python`, or `python3.14t` for a free-threaded build.
    pub name: String,
    /// Its version, such as `3.14.0`.
    pub version: String,
    /// Whether a global interpreter lock lets one thread at a time run Python code.
    pub gil: bool,
    /// Where it is.
    pub program: PathBuf,
    /// The version of aiohttp, with which asyncio fetches pages where it is installed.
    pub aiohttp: Option<String>,
}

/// Why there is no Python to compare with.
#[derive(Debug, thiserror::Error)]
pub enum PythonError {
    /// There is none.
    #[error("there is no {USUAL} on the PATH")]
    Missing,
    /// It cannot be run.
    #[error("{USUAL} cannot be run: {0}")]
    Fails(String),
    /// It is too old.
    #[error("{USUAL} is Python {version}, and {}.{} is needed", OLDEST.0, OLDEST.1)]
    Old {
        /// Its version.
        version: String,
    },
}

/// Whether a version is written in Python, by its name.
#[must_use]
pub fn is_python(approach: &Approach) -> bool {
    split(approach).is_some()
}

/// The name of the interpreter and that of the file, of a version in Python: `python asyncio`.
#[must_use]
pub fn split(approach: &Approach) -> Option<(&str, &str)> {
    approach.name().split_once(' ').filter(|(interpreter, _)| interpreter.starts_with("python"))
}

/// Whether a version is written in Python and does one unit after the other.
#[must_use]
pub fn is_one_at_a_time(approach: &Approach) -> bool {
    split(approach).is_some_and(|(_, file)| matches!(file, "sequential" | "naive"))
}

impl Workspace {
    /// The Pythons on the PATH: the usual one, then free-threaded ones.
    ///
    /// # Errors
    /// There is no `python3`, or it is too old, or cannot be run.
    pub fn interpreters(&self) -> Result<Vec<Interpreter>, PythonError> {
        let mut found = vec![self.interpreter(USUAL)?];
        for name in FREE_THREADED {
            // Most machines have none, and one that cannot be run is none either.
            if let Ok(interpreter) = self.interpreter(name)
                && found.iter().all(|known| known.name != interpreter.name)
            {
                found.push(interpreter);
            }
        }
        Ok(found)
    }

    fn interpreter(&self, name: &str) -> Result<Interpreter, PythonError> {
        let version = said(
            Command::new(name).args(["-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"]),
        )?;
        let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
        let parts = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
        if parts < OLDEST {
            return Err(PythonError::Old { version });
        }
        let about = Script::new(self.root(), module("meanwhile"));
        let about = said(&mut about.command(Path::new(name)))?;
        serde_json::from_str(&about).map_err(|error| PythonError::Fails(error.to_string()))
    }

    /// The versions of a row for this interpreter; none if the row has no Python.
    ///
    /// # Errors
    /// Their folder cannot be read.
    pub fn python_cells(
        &self,
        row: &str,
        interpreter: &Interpreter,
    ) -> Result<Vec<Cell>, WorkspaceError> {
        let folder = self.root().join(FOLDER).join(row);
        let unreadable = |source| WorkspaceError::Unreadable { path: folder.clone(), source };
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let file = entry.map_err(unreadable)?.file_name();
            if let Some(name) = file.to_str().and_then(|file| file.strip_suffix(".py"))
                && name != SHARED
                && !name.starts_with('_')
            {
                names.push(name.to_owned());
            }
        }
        let place = |name: &str| ORDER.iter().position(|known| *known == name);
        names.sort_by_key(|name| (place(name).unwrap_or(ORDER.len()), name.clone()));
        let cells = names.into_iter().map(|name| Cell {
            row: row.into(),
            approach: Approach::new(format!("{} {name}", interpreter.name)),
            folder: folder.clone(),
            script: Some(Script::new(self.root(), module(&format!("{row}.{name}")))),
        });
        Ok(cells.collect())
    }
}

/// A module of the folder.
fn module(name: &str) -> String {
    format!("{}.{name}", FOLDER.replace('/', "."))
}

/// Asks a version in Python whether it takes these arguments. If it does not, it says why.
///
/// # Errors
/// It cannot be started at all.
pub fn refusal(cell: &Cell, program: &Path, arguments: &[String]) -> io::Result<Option<String>> {
    let mut command = cell.command(program);
    let output = command.arg("--check").args(arguments).stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(None);
    }
    let line = output::last_line(&output.stderr).unwrap_or_else(|| output.status.to_string());
    let line = line.strip_prefix("error: ").unwrap_or(&line);
    Ok(Some(line.strip_suffix(" (--help lists the arguments)").unwrap_or(line).to_owned()))
}

/// The one line that a command prints.
fn said(command: &mut Command) -> Result<String, PythonError> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => PythonError::Missing,
        _ => PythonError::Fails(error.to_string()),
    })?;
    if !output.status.success() {
        let line = output::last_line(&output.stderr).unwrap_or_else(|| output.status.to_string());
        return Err(PythonError::Fails(line));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interpreter(name: &str) -> Interpreter {
        Interpreter {
            name: name.into(),
            version: "3.14.0".into(),
            gil: name == "python",
            program: name.into(),
            aiohttp: None,
        }
    }

    #[test]
    fn versions_are_the_files_of_a_row_but_for_what_they_share() {
        let tree = tempfile::tempdir().expect("a temporary folder can be made");
        let folder = tree.path().join(FOLDER).join("http");
        fs::create_dir_all(&folder).expect("the folder can be made");
        for file in
            ["workload.py", "naive.py", "asyncio.py", "sequential.py", "__init__.py", "a.md"]
        {
            fs::write(folder.join(file), "").expect("the file can be written");
        }
        let workspace = Workspace::at(tree.path()).expect("the tree can be read");
        let cells = workspace.python_cells("http", &interpreter("python3.14t"));
        let cells = cells.expect("the folder can be read");
        let names: Vec<&str> = cells.iter().map(|cell| cell.approach.name()).collect();
        assert_eq!(names, ["python3.14t sequential", "python3.14t asyncio", "python3.14t naive"]);
        assert_eq!(cells[1].lesson(), folder.join("asyncio.py"));
        let command = format!("{:?}", cells[1].command(Path::new("p")));
        assert!(
            command.ends_with(r#""p" "-P" "-m" "comparisons.python.http.asyncio""#),
            "{command}"
        );
        let none = workspace.python_cells("files", &interpreter("python"));
        assert_eq!(none.expect("there is nothing to be read"), []);
    }

    #[test]
    fn a_version_in_python_is_known_by_its_name() {
        let split = |name: &str| {
            let approach = Approach::new(name);
            super::split(&approach).map(|(left, right)| format!("{left}|{right}"))
        };
        assert_eq!(split("python asyncio").as_deref(), Some("python|asyncio"));
        assert_eq!(split("python3.14t threading").as_deref(), Some("python3.14t|threading"));
        assert_eq!(split("async-std"), None);
        assert!(!is_python(&Approach::new("sequential")));
        let one_at_a_time = |name: &str| is_one_at_a_time(&Approach::new(name));
        assert!(one_at_a_time("python3.14t sequential") && one_at_a_time("python naive"));
        assert!(!one_at_a_time("python asyncio") && !one_at_a_time("sequential"));
    }
}
