//! Input that outlives a single run, such as the web site that all versions of a row fetch from.
//! The row's baseline is started with `--hold`: it prepares the input, prints the arguments with
//! which others use it, and keeps it until its stdin ends.

use std::{
    io,
    path::Path,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    time::Duration,
};

use wait_timeout::ChildExt;

use crate::output::{self, LastWords};

/// How long the process that holds the input may take to clear it away.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why there is no input.
#[derive(Debug, thiserror::Error)]
pub enum PreparedError {
    /// The program cannot be started.
    #[error("cannot start {program}")]
    Start {
        /// Which program.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// The program does not take these flags.
    #[error("{program} refuses these flags: {line}")]
    Refused {
        /// Which program.
        program: String,
        /// What it says.
        line: String,
    },
    /// The program ended without having prepared anything.
    #[error("{program} cannot prepare the input: {line} ({status})")]
    Failed {
        /// Which program.
        program: String,
        /// Its last line on stderr.
        line: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// The program took too long.
    #[error("{program} has not prepared the input within {deadline:?}")]
    Late {
        /// Which program.
        program: String,
        /// How long it was given.
        deadline: Duration,
    },
    /// What the program printed are no arguments.
    #[error("{program} --hold must print its arguments as a JSON array, not {line:?}")]
    NoArguments {
        /// Which program.
        program: String,
        /// What it printed.
        line: String,
    },
}

/// Keeps a row's input for as long as it lives.
#[derive(Debug)]
pub struct PreparedInput {
    child: Child,
    /// Its end is the sign to clear away; the option is there to be taken.
    stdin: Option<ChildStdin>,
    arguments: Vec<String>,
}

impl PreparedInput {
    /// Has `program`, the baseline of a row, prepare the input that `flags` describe.
    ///
    /// # Errors
    /// The program cannot be started, refuses the flags, fails, prints something else, or needs
    /// more time than `deadline`.
    pub fn start(
        program: &Path,
        flags: &[String],
        deadline: Duration,
    ) -> Result<Self, PreparedError> {
        let name = program.file_name().unwrap_or(program.as_os_str()).display().to_string();
        let mut child = Command::new(program)
            .args(flags)
            .arg("--hold")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| PreparedError::Start { program: name.clone(), source })?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().expect("stdout is piped, and nobody else has taken it");
        let stderr = child.stderr.take().expect("stderr is piped, and nobody else has taken it");
        let last_words = LastWords::of(stderr);
        // From here on, whatever goes wrong, dropping this ends the process.
        let mut prepared = Self { child, stdin, arguments: Vec::new() };

        let Ok(line) = output::first_line(stdout).recv_timeout(deadline) else {
            // It may be too busy to notice the end of its stdin. Should it have ended meanwhile,
            // there is nothing to kill.
            let _ = prepared.child.kill();
            return Err(PreparedError::Late { program: name, deadline });
        };
        if line.is_empty() {
            let status = prepared
                .end()
                .map_err(|source| PreparedError::Start { program: name.clone(), source })?;
            let line = last_words.line().unwrap_or_else(|| "it says nothing".into());
            // It is about to be part of an error message itself.
            let line = line.strip_prefix("error: ").unwrap_or(&line).to_owned();
            return Err(if status.code() == Some(2) {
                PreparedError::Refused { program: name, line }
            } else {
                PreparedError::Failed { program: name, line, status }
            });
        }
        prepared.arguments = serde_json::from_str(&line)
            .map_err(|_| PreparedError::NoArguments { program: name, line })?;
        Ok(prepared)
    }

    /// The arguments with which other programs of the row use this input.
    #[must_use]
    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// The process that holds the input, by its number. If the input is a server, it may have started
    /// another for that.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Lets the process clear away and end, and makes it end if it takes too long.
    fn end(&mut self) -> io::Result<ExitStatus> {
        drop(self.stdin.take());
        if let Some(status) = self.child.wait_timeout(PATIENCE)? {
            return Ok(status);
        }
        self.child.kill()?;
        self.child.wait()
    }
}

impl Drop for PreparedInput {
    fn drop(&mut self) {
        // There is nobody left to tell, and nothing that could be done.
        let _ = self.end();
    }
}
