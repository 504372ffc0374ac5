//! Cells and benchmarks, built by cargo.

use std::{
    collections::BTreeMap,
    env,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

use serde::Deserialize;

use crate::rows::{Cell, Workspace};

/// How cargo compiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// For measurements.
    Release,
    /// For tests, which have built most of it already.
    Dev,
}

/// Why something is not built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
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

impl Workspace {
    /// Has cargo build the programs of `cells`, all in one go, and says where each one is, by the
    /// name of its package. Cargo's progress and messages go to this program's stderr.
    ///
    /// # Errors
    /// Cargo cannot be started, or fails, or a cell has no program.
    pub fn build(
        &self,
        cells: &[&Cell],
        profile: Profile,
    ) -> Result<BTreeMap<String, PathBuf>, BuildError> {
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
                    None => Err(BuildError::NoProgram { package }),
                }
            })
            .collect()
    }

    /// Has cargo build a tool of the workspace's, which has a program of its name, with these features
    /// of its package, and says where that is.
    ///
    /// # Errors
    /// Cargo cannot be started, or fails, or there is no such program.
    pub fn build_tool(&self, package: &str, features: &[&str]) -> Result<PathBuf, BuildError> {
        let mut programs = self.tools(&[package], features)?;
        Ok(programs.remove(package).expect("it has been built"))
    }

    /// As [`Self::build_tool`], for several packages without features, all in one go.
    ///
    /// # Errors
    /// Cargo cannot be started, or fails, or a package has no program of its name.
    pub fn build_tools(&self, packages: &[&str]) -> Result<BTreeMap<String, PathBuf>, BuildError> {
        if packages.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.tools(packages, &[])
    }

    fn tools(
        &self,
        packages: &[&str],
        features: &[&str],
    ) -> Result<BTreeMap<String, PathBuf>, BuildError> {
        let features = format!("--features={}", features.join(","));
        let chosen = packages.iter().flat_map(|package| ["-p", package]);
        let arguments: Vec<String> = ["build", "--release", &features]
            .into_iter()
            .chain(chosen)
            .map(str::to_owned)
            .collect();
        let mut programs = self.cargo(&arguments)?;
        packages
            .iter()
            .map(|package| match programs.remove(*package) {
                Some(path) => Ok(((*package).to_owned(), path)),
                None => Err(BuildError::NoProgram { package: (*package).to_owned() }),
            })
            .collect()
    }

    /// Has cargo build these programs of the workspace's, into this target folder, with the features
    /// that they have when all of the workspace is built; and says where each one is.
    ///
    /// # Errors
    /// Cargo cannot be started, or fails, or there is no such program.
    pub fn build_programs(
        &self,
        names: &[String],
        profile: Profile,
        target: &Path,
    ) -> Result<BTreeMap<String, PathBuf>, BuildError> {
        if names.is_empty() {
            return Ok(BTreeMap::new());
        }
        let target = target.display().to_string();
        let mut arguments =
            vec!["build".into(), "--workspace".into(), "--target-dir".into(), target];
        if profile == Profile::Release {
            arguments.push("--release".into());
        }
        for name in names {
            arguments.extend(["--bin".into(), name.clone()]);
        }
        let mut programs = self.cargo(&arguments)?;
        programs.retain(|name, _| names.contains(name));
        match names.iter().find(|name| !programs.contains_key(*name)) {
            Some(package) => Err(BuildError::NoProgram { package: package.clone() }),
            None => Ok(programs),
        }
    }

    /// Has cargo build the benchmarks of these rows, all in one go, and says where the program of
    /// each one is, by the name of the row.
    ///
    /// # Errors
    /// Cargo cannot be started, or fails, or a row has no benchmarks.
    pub fn build_benchmarks(&self, rows: &[&str]) -> Result<BTreeMap<String, PathBuf>, BuildError> {
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
                None => Err(BuildError::NoProgram { package: format!("bench-{row}") }),
            })
            .collect()
    }

    /// Runs cargo at the root, and returns the programs that it says it has built, by the names of
    /// their targets.
    fn cargo(&self, arguments: &[String]) -> Result<BTreeMap<String, PathBuf>, BuildError> {
        let mut command = command();
        let program = command.get_program().display().to_string();
        let failed = |source| BuildError::Cargo { program: program.clone(), source };

        let mut cargo = command
            .args(arguments)
            .arg("--message-format=json-render-diagnostics")
            .current_dir(self.root())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let stdout = cargo.stdout.take().expect("stdout is piped, and nobody else has taken it");
        let programs = programs(BufReader::new(stdout));
        let status = cargo.wait().map_err(failed)?;
        if !status.success() {
            return Err(BuildError::Build { status });
        }
        programs.map_err(failed)
    }
}

/// A command that runs cargo: the one that runs this program, if one does.
///
/// It does not hear what cargo told *this* program about its package. Build scripts may ask to be
/// run anew when that changes (ring's does), and the same cells would be compiled again and again,
/// depending on who has them built.
#[must_use]
pub fn command() -> Command {
    const PREFIXES: [&str; 2] = ["CARGO_PKG_", "CARGO_MANIFEST_"];
    const NAMES: [&str; 3] = ["CARGO_BIN_NAME", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE"];
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        if NAMES.contains(&text) || PREFIXES.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
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
