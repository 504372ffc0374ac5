//! The last run, in a file: what was measured is there again if the program is interrupted, or if
//! somebody wants to see it once more.
//!
//! The file holds what the runs reported, and not what was made of it. So it shows the same tables
//! and the same sentences, by the same code.

use std::{
    cell::Cell,
    env, fs, io,
    path::{Path, PathBuf},
};

use figures::machine::Load;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use workspace::{Row, Workspace, python::Interpreter};

use crate::run::{programs::Tries, rounds::Rounds};

/// The version of the file's format.
const VERSION: u32 = 2;

/// What was measured, and on which machine.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Saved {
    version: u32,
    /// The machine, before the first round.
    pub(crate) machine: Load,
    /// What was measured.
    pub(crate) what: What,
}

/// What was measured.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum What {
    /// Rows.
    Rows(Vec<Measured>),
    /// One row, at several values of a flag.
    Sweep {
        /// The flag, without its hyphens.
        flag: String,
        /// The values with what was measured at each.
        steps: Vec<(String, Measured)>,
    },
    /// Programs of the user's own.
    Programs(Tries),
}

/// What was measured of a row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// The row, with the versions that took part.
    pub(crate) row: Row,
    /// The Pythons that ran some of these versions.
    pub(crate) pythons: Vec<Interpreter>,
    /// The flags that every version was given.
    pub(crate) flags: Vec<String>,
    /// What the rounds brought.
    pub(crate) rounds: Rounds,
}

/// Why the last run cannot be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SavedError {
    /// There is none.
    #[error("there is no last run to show again: {} does not exist", path.display())]
    None { path: PathBuf },
    /// It cannot be read.
    #[error("cannot read the last run, {}: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    /// Another version of this program has written it.
    #[error(
        "the last run, {}, was written by another version of compare: measure once more",
        path.display()
    )]
    Version { path: PathBuf },
}

impl Saved {
    /// What was measured on this machine.
    #[must_use]
    pub(crate) fn new(machine: Load, what: What) -> Self {
        Self { version: VERSION, machine, what }
    }

    /// The last run of this workspace.
    ///
    /// # Errors
    /// There is none, or it cannot be read, or it is of another version.
    pub(crate) fn last(workspace: &Workspace) -> Result<Self, SavedError> {
        Self::read(&file(workspace))
    }

    fn read(path: &Path) -> Result<Self, SavedError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let path_of = || path.to_owned();
        let unreadable = |reason: String| SavedError::Unreadable { path: path_of(), reason };
        let text = fs::read(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => SavedError::None { path: path_of() },
            _ => unreadable(error.to_string()),
        })?;
        // First the version: the rest may look different in another.
        let Version { version } =
            serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))?;
        if version != VERSION {
            return Err(SavedError::Version { path: path_of() });
        }
        serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))
    }
}

/// Where runs are saved.
#[derive(Debug)]
pub(crate) struct Store {
    /// `None` outside of a workspace, where there is no place for it.
    path: Option<PathBuf>,
    /// Whether the user was told that nothing can be saved.
    has_warned: Cell<bool>,
}

impl Store {
    /// The store of this workspace, if there is one.
    #[must_use]
    pub(crate) fn of(workspace: Option<&Workspace>) -> Self {
        Self { path: workspace.map(file), has_warned: Cell::new(false) }
    }

    /// Saves what has been measured so far, in place of what was saved before. If that is not
    /// possible, says so once: it is no reason to stop measuring.
    pub(crate) fn save(&self, saved: &Saved) {
        let Some(path) = &self.path else { return };
        if let Err(error) = write(path, saved)
            && !self.has_warned.replace(true)
        {
            let path = path.display();
            harness::message::line(format_args!(
                "warning: cannot save the run in {path}, so --again will not show it: {error}"
            ));
        }
    }
}

/// Writes a file that is always whole: a new one takes the place of the old one when it is complete.
fn write(path: &Path, saved: &Saved) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    serde_json::to_writer(io::BufWriter::new(&mut file), saved)?;
    file.persist(path)?;
    Ok(())
}

/// The file of a workspace: in cargo's target folder, since it belongs to no version of the sources.
fn file(workspace: &Workspace) -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    workspace.root().join(target).join("compare").join("last.json")
}

#[cfg(test)]
mod tests {
    use workspace::{Side, run::Fault};

    use super::*;
    use crate::{
        run::conditions::Conditions,
        samples::{history, runs},
    };

    const MACHINE: Load = Load { cores: 2, free_cores: Some(2.0) };

    fn example() -> Saved {
        let mut crashed = history("smol", Vec::new());
        crashed.fault = Some((1, Fault::Crashed("exit status: 101".into())));
        let histories = vec![runs("sequential", &[5, 6], 1, 1), crashed];
        let cells = histories.iter().map(|history| history.cell.clone()).collect();
        let row = Row { name: "row".into(), side: Side::Io, cells };
        let rounds =
            Rounds { number: 2, histories, control: None, conditions: Conditions::default() };
        Saved::new(
            MACHINE,
            What::Rows(vec![Measured {
                row,
                pythons: Vec::new(),
                flags: vec!["-x".into()],
                rounds,
            }]),
        )
    }

    #[test]
    fn what_is_saved_comes_back() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("deep/last.json");
        let saved = example();
        write(&path, &saved).expect("the folder is ours");
        // Once more, in place of the first.
        write(&path, &saved).expect("the folder is ours");
        let read = Saved::read(&path).expect("it was written");
        assert_eq!(format!("{read:?}"), format!("{saved:?}"));
        let files = fs::read_dir(folder.path().join("deep")).expect("it is there").count();
        assert_eq!(files, 1, "nothing temporary is left");
    }

    #[test]
    fn what_cannot_be_shown_is_refused_in_one_line() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("last.json");
        let refused = |path: &Path| Saved::read(path).expect_err("it is no run").to_string();
        assert!(refused(&path).ends_with("last.json does not exist"));
        for (text, reason) in [
            ("{\"version\":9,\"rest\":0}", "another version"),
            ("{\"version\":2}", "missing field"),
            ("rubbish", "expected value"),
        ] {
            fs::write(&path, text).expect("the folder is ours");
            assert!(refused(&path).contains(reason), "{}", refused(&path));
        }
    }
}
