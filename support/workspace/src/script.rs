//! Files in Python, and the commands that run them.

use std::{
    env,
    ffi::OsString,
    iter,
    path::{Path, PathBuf},
    process::Command,
};

use serde::{Deserialize, Serialize};

/// A Python file of the workspace, as a module that can be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// The root of the workspace, which the module's name is relative to.
    root: PathBuf,
    /// The module, such as `comparisons.python.http.asyncio`.
    module: String,
}

impl Script {
    pub(crate) fn new(root: &Path, module: String) -> Self {
        Self { root: root.to_owned(), module }
    }

    /// The command that runs it with the interpreter `program`.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        // -P: no module of the current folder takes the place of another.
        command.args(["-P", "-m", &self.module]).env("PYTHONPATH", self.path());
        command
    }

    /// The file itself.
    pub(crate) fn file(&self) -> PathBuf {
        self.root.join(self.module.replace('.', "/")).with_extension("py")
    }

    /// Where Python looks for modules: in the workspace, then wherever the user says.
    fn path(&self) -> OsString {
        let users = env::var_os("PYTHONPATH").unwrap_or_default();
        let folders = iter::once(self.root.clone()).chain(env::split_paths(&users));
        // A root with a colon in its name cannot be in such a list; alone it can.
        env::join_paths(folders).unwrap_or_else(|_| self.root.clone().into())
    }
}
