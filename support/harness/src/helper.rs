//! A helper: this same program, started again in another role, such as the web site that serves the
//! pages. An environment variable holds its role and settings.

use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    process::{Child, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result};
use serde::{Serialize, de::DeserializeOwned};

/// A role in which a program can be started again, by the name of its environment variable.
#[derive(Clone, Copy, Debug)]
pub struct Role(&'static str);

impl Role {
    /// The role that this environment variable gives.
    #[must_use]
    pub const fn new(variable: &'static str) -> Self {
        Self(variable)
    }

    /// A command that starts this program again in this role and hands it `setup`.
    ///
    /// # Errors
    /// The system does not tell where this program is, or the setup cannot be written as JSON.
    pub fn command(self, setup: &impl Serialize) -> io::Result<Command> {
        let mut command = Command::new(env::current_exe()?);
        command.env(self.0, serde_json::to_string(setup)?);
        Ok(command)
    }

    /// Whether this process was started in this role.
    #[must_use]
    pub fn is_ours(self) -> bool {
        env::var_os(self.0).is_some()
    }

    /// The setup of this process, if it was started in this role.
    ///
    /// # Errors
    /// The setup cannot be read.
    pub fn setup<T: DeserializeOwned>(self) -> Result<Option<T>> {
        let Ok(setup) = env::var(self.0) else { return Ok(None) };
        let read = serde_json::from_str(&setup);
        read.map(Some).with_context(|| format!("cannot read {}={setup}", self.0))
    }
}

/// A running helper, seen from the process that started it. Dropping this closes the helper's
/// stdin, which asks it to end, and waits for its end.
#[derive(Debug)]
pub struct Helper {
    process: Child,
}

impl Helper {
    /// Starts this program again in this role, with pipes to its stdin and from its stdout.
    ///
    /// # Errors
    /// The system cannot start it.
    pub fn start(role: Role, setup: &impl Serialize) -> io::Result<Self> {
        let mut command = role.command(setup)?;
        let process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        Ok(Self { process })
    }

    /// Its output from here on. It can be taken once.
    ///
    /// # Panics
    /// It was taken before.
    pub fn output(&mut self) -> BufReader<ChildStdout> {
        BufReader::new(self.process.stdout.take().expect("a helper's output is taken once"))
    }

    /// Sends a line to its stdin.
    ///
    /// # Errors
    /// It has ended.
    pub fn tell(&mut self, line: &str) -> io::Result<()> {
        let stdin = self.process.stdin.as_mut().expect("it stays open until this is dropped");
        writeln!(stdin, "{line}")
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // If it cannot be waited for, it has ended already.
        let _ = self.process.wait();
    }
}

/// The next line of a helper's output, without its end; empty if there are no more.
///
/// # Errors
/// It cannot be read.
pub fn line(output: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    output.read_line(&mut line)?;
    line.truncate(line.trim_end().len());
    Ok(line)
}
