//! Runs the real programs of a row, for the tests that hold its cells together.
//!
//! A test's own mistakes (a row that isn't there, a program that cannot be built) are panics.

mod hosts;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use compare::{
    held::Held,
    workspace::{Cell, Profile, Workspace},
};
use serde_json::Value;

pub use hosts::Hosts;

/// The programs of one row.
#[derive(Debug)]
pub struct Row {
    name: String,
    approaches: Vec<String>,
    programs: BTreeMap<String, PathBuf>,
}

/// What a program left behind.
#[derive(Debug)]
pub struct Ran {
    /// The exit status; `None` if a signal ended it.
    pub status: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

impl Row {
    /// Builds the programs of a row, in the profile that the test itself was built in.
    #[must_use]
    pub fn build(name: &str) -> Self {
        let workspace = Workspace::find().expect("a test runs inside the workspace");
        let row = workspace.rows().iter().find(|row| row.name == name).expect("the row is there");
        let cells: Vec<&Cell> = row.cells.iter().collect();
        let profile = if cfg!(debug_assertions) { Profile::Dev } else { Profile::Release };
        let programs = workspace.build(&cells, profile).expect("the row can be built");
        let approaches = row.cells.iter().map(|cell| cell.approach.clone()).collect();
        Self { name: name.into(), approaches, programs }
    }

    /// The row's approaches, sequential first.
    pub fn approaches(&self) -> impl Iterator<Item = &str> {
        self.approaches.iter().map(String::as_str)
    }

    /// The program of an approach.
    #[must_use]
    pub fn program(&self, approach: &str) -> &Path {
        &self.programs[&format!("{}-{approach}", self.name)]
    }

    /// Has the sequential cell prepare the input that these arguments describe.
    #[must_use]
    pub fn hold(&self, arguments: &[&str]) -> Held {
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.into()).collect();
        let deadline = Duration::from_mins(1);
        Held::start(self.program("sequential"), &arguments, deadline)
            .expect("the input can be made")
    }

    /// Runs a program to its end.
    #[must_use]
    pub fn run(&self, approach: &str, arguments: &[&str]) -> Ran {
        let output =
            Command::new(self.program(approach)).args(arguments).stdin(Stdio::null()).output();
        let output = output.expect("a program that was built can be started");
        Ran {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("our programs print UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("our programs print UTF-8"),
        }
    }

    /// Checks that every cell gives the same answer and the same failures as *sequential* on this
    /// input, and returns that answer.
    #[must_use]
    pub fn agreed(&self, arguments: &[&str]) -> Value {
        let arguments = [&["--json"], arguments].concat();
        let result = |approach| {
            let ran = self.run(approach, &arguments);
            let json = ran.json();
            let failed = json["failures"].as_array().is_some_and(|failures| !failures.is_empty());
            assert_eq!(ran.status, Some(failed.into()), "{approach} {arguments:?}: {}", ran.stderr);
            assert_eq!(json["approach"], approach);
            (json["answer"].clone(), json["failures"].clone())
        };
        let expected = result("sequential");
        for approach in self.approaches() {
            assert_eq!(result(approach), expected, "{approach} {arguments:?}");
        }
        expected.0
    }

    /// Checks that every cell refuses these arguments with that status and one line on stderr which
    /// contains `complaint`, and prints nothing.
    pub fn refused(&self, arguments: &[&str], status: i32, complaint: &str) {
        for approach in self.approaches() {
            let ran = self.run(approach, arguments);
            assert_eq!(ran.status, Some(status), "{approach} {arguments:?}: {}", ran.stderr);
            assert_eq!(ran.stdout, "", "{approach} {arguments:?}");
            assert_eq!(ran.stderr.lines().count(), 1, "{approach} {arguments:?}: {}", ran.stderr);
            assert!(ran.stderr.contains(complaint), "{approach} {arguments:?}: {}", ran.stderr);
        }
    }

    /// Starts a program whose process, and every one that comes of it, can be found again.
    #[must_use]
    pub fn start(&self, approach: &str, arguments: &[&str]) -> Family {
        Family::start(self.program(approach), arguments)
    }
}

impl Ran {
    /// The one line of JSON that the program has printed.
    #[must_use]
    pub fn json(&self) -> Value {
        assert_eq!(self.stdout.lines().count(), 1, "{}{}", self.stdout, self.stderr);
        serde_json::from_str(&self.stdout).expect("it is JSON")
    }
}

/// The environment variable by which a program and its workers are known.
const MARK: &str = "MEANWHILE_TRIAL";

/// A program that runs, with all processes that come of it. Linux only.
#[derive(Debug)]
pub struct Family {
    parent: Child,
    mark: String,
}

impl Family {
    /// Starts a program, with nothing on its stdin.
    #[must_use]
    pub fn start(program: &Path, arguments: &[&str]) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let mark = format!("{}.{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let parent = Command::new(program)
            .args(arguments)
            .env(MARK, &mark)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a program that was built can be started");
        Self { parent, mark }
    }

    /// The program's own process.
    pub fn parent(&mut self) -> &mut Child {
        &mut self.parent
    }

    /// The numbers of the processes that live and have `variable` in their environment: the
    /// workers, say, or the site.
    #[must_use]
    pub fn living(&self, variable: &str) -> Vec<u32> {
        let mark = format!("{MARK}={}", self.mark);
        let belongs = |pid: &u32| {
            // Whatever has ended meanwhile has no files here any more, or is a zombie.
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            let has = |wanted: &str| {
                environment
                    .split(|&byte| byte == 0)
                    .any(|entry| entry.starts_with(wanted.as_bytes()))
            };
            has(&mark) && has(variable) && alive(*pid)
        };
        let processes = fs::read_dir("/proc").expect("there is a /proc").flatten();
        let pids = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
        pids.filter(belongs).collect()
    }

    /// Waits until as many processes with `variable` live, at most this long; returns how many do.
    #[must_use]
    pub fn wait_for(&self, variable: &str, number: usize, patience: Duration) -> usize {
        let start = Instant::now();
        loop {
            let living = self.living(variable).len();
            if living == number || start.elapsed() > patience {
                return living;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the program has a thread whose name begins like this, at most this long; returns
    /// whether it has.
    #[must_use]
    pub fn wait_for_thread(&self, name: &str, patience: Duration) -> bool {
        let start = Instant::now();
        let tasks = format!("/proc/{}/task", self.parent.id());
        let is_there = || {
            let tasks = fs::read_dir(&tasks).into_iter().flatten().flatten();
            let names = tasks.map(|task| fs::read_to_string(task.path().join("comm")));
            names.flatten().any(|thread| thread.starts_with(name))
        };
        while !is_there() {
            if start.elapsed() > patience {
                return false;
            }
            thread::sleep(Duration::from_millis(5));
        }
        true
    }

    /// Sends a signal to one of the processes, with the system's own `kill`.
    pub fn signal(pid: u32, signal: &str) {
        let status = Command::new("kill").args([signal, &pid.to_string()]).status();
        assert!(status.expect("every Linux has a kill").success(), "cannot send {signal} to {pid}");
    }

    /// Waits for the program to end.
    #[must_use]
    pub fn end(self) -> Ran {
        let output = self.parent.wait_with_output().expect("it can be waited for");
        Ran {
            status: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

fn alive(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let state = status.lines().find_map(|line| line.strip_prefix("State:"));
    state.is_some_and(|state| !state.trim_start().starts_with(['Z', 'X']))
}
