//! A program that runs, with all processes that come of it. Linux only.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use serde_json::Value;

use crate::patience::{PATIENCE, is_so_within, wait_until};

/// The environment variable by which a program and its workers are known.
const MARK: &str = "MEANWHILE_TEST";
/// What worker processes have in their environment.
pub(crate) const WORKER: &str = "MEANWHILE_WORKER=";

/// What a program left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit status; `None` if a signal ended it.
    pub(crate) status: Option<i32>,
    /// What it printed.
    pub(crate) stdout: String,
    /// What it complained about.
    pub(crate) stderr: String,
}

impl Ran {
    /// What the command leaves behind, with nothing on its stdin unless it says otherwise.
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.stdin(Stdio::null()).output();
        Self::from(output.expect("a program that was built can be started"))
    }

    /// The one line of JSON that the program has printed.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.stdout.lines().count(), 1, "{}{}", self.stdout, self.stderr);
        serde_json::from_str(&self.stdout).expect("it is JSON")
    }

    /// Checks that it failed with this status and one line on stderr, which contains `complaint`,
    /// and printed nothing.
    pub(crate) fn refused(&self, status: i32, complaint: &str) {
        let Self { stdout, stderr, .. } = self;
        assert_eq!((self.status, &**stdout), (Some(status), ""), "{complaint}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{complaint}: {stderr}");
        assert!(stderr.contains(complaint), "{complaint} is not in: {stderr}");
    }
}

impl From<process::Output> for Ran {
    fn from(output: process::Output) -> Self {
        Self {
            status: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A program that runs, with all processes that come of it. What is left of them when this is
/// dropped is killed.
#[derive(Debug)]
pub(crate) struct Family {
    /// The program's own process, until its end was waited for.
    parent: Option<Child>,
    mark: String,
}

impl Family {
    /// Starts a program, with nothing on its stdin.
    pub(crate) fn start(program: &Path, arguments: &[&str]) -> Self {
        Self::spawn(Command::new(program).args(arguments).stdin(Stdio::null()))
    }

    /// Starts what the command says, with pipes from its stdout and its stderr.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let mark = format!("{}.{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let command = command.env(MARK, &mark).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut parent = command.spawn();
        // While a test copies a program, another may start a process, which has the copy open for
        // writing until it runs its own program. Nobody can start the copy meanwhile.
        let is_busy = |error: &io::Error| error.kind() == io::ErrorKind::ExecutableFileBusy;
        wait_until("the program is written", || {
            if parent.as_ref().is_err_and(is_busy) {
                parent = command.spawn();
            }
            !parent.as_ref().is_err_and(is_busy)
        });
        let parent = parent.expect("a program that was built can be started");
        Self { parent: Some(parent), mark }
    }

    /// The program's own process.
    pub(crate) fn parent(&mut self) -> &mut Child {
        self.parent.as_mut().expect("its end takes the whole family")
    }

    /// Sends the program itself a signal.
    pub(crate) fn signal(&mut self, signal: &str) {
        self::signal(self.parent().id(), signal);
    }

    /// The numbers of the processes that live and have `variable` in their environment: the
    /// workers, say, or the site.
    pub(crate) fn living(&self, variable: &str) -> Vec<u32> {
        let mark = format!("{MARK}={}", self.mark);
        let belongs = |pid: &u32| {
            // Whatever has ended meanwhile has no files here any more, or is a zombie.
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            let has = |wanted: &str| {
                environment
                    .split(|&byte| byte == 0)
                    .any(|entry| entry.starts_with(wanted.as_bytes()))
            };
            environment.split(|&byte| byte == 0).any(|entry| entry == mark.as_bytes())
                && has(variable)
                && is_alive(*pid)
        };
        let processes = fs::read_dir("/proc").expect("there is a /proc").flatten();
        let pids = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
        pids.filter(belongs).collect()
    }

    /// Waits until as many processes with `variable` live.
    pub(crate) fn wait_for(&self, variable: &str, number: usize) {
        wait_until(&format!("{number} processes with {variable:?}"), || {
            self.living(variable).len() == number
        });
    }

    /// Whether all processes end within this time.
    pub(crate) fn ends_within(&self, time: Duration) -> bool {
        is_so_within(time, || self.living("").is_empty())
    }

    /// Waits until the program does its job: the harness has started the meter. (A process that
    /// others connect to first is as far as that only when they have.)
    pub(crate) fn wait_for_job(&mut self) {
        self.wait_for_thread("meter");
    }

    /// Waits until the program has a thread whose name begins like this.
    pub(crate) fn wait_for_thread(&mut self, name: &str) {
        wait_for_thread_of(self.parent().id(), name);
    }

    /// Waits for the program to end, and returns what it left behind.
    pub(crate) fn end(mut self) -> Ran {
        let parent = self.parent.take().expect("it ends once");
        let pid = parent.id();
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || sender.send(parent.wait_with_output()));
        let Ok(output) = receiver.recv_timeout(PATIENCE) else {
            panic!("process {pid} does not end")
        };
        Ran::from(output.expect("it can be waited for"))
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        for pid in self.living("") {
            // Whatever ends by itself meanwhile is all right, too.
            let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
        }
        if let Some(mut parent) = self.parent.take() {
            let _ = parent.wait();
        }
    }
}

/// Waits until a process has a thread whose name begins like this.
pub(crate) fn wait_for_thread_of(pid: u32, name: &str) {
    let tasks = format!("/proc/{pid}/task");
    wait_until(&format!("a thread called {name}"), || {
        let tasks = fs::read_dir(&tasks).into_iter().flatten().flatten();
        let names = tasks.map(|task| fs::read_to_string(task.path().join("comm")));
        names.flatten().any(|thread| thread.starts_with(name))
    });
}

/// Sends a signal to a process, with the system's own `kill`.
pub(crate) fn signal(pid: u32, signal: &str) {
    let status = Command::new("kill").args([signal, &pid.to_string()]).status();
    assert!(status.expect("every Linux has a kill").success(), "cannot send {signal} to {pid}");
}

/// How often the threads of a process have gone to sleep since they were started, to wait for
/// something or somebody.
pub(crate) fn sleeps(pid: u32) -> u64 {
    let sleeps = |thread: PathBuf| {
        let status = fs::read_to_string(thread.join("status")).ok()?;
        let mut lines = status.lines();
        let sleeps = lines.find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
        sleeps.trim().parse::<u64>().ok()
    };
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    threads.filter_map(|thread| sleeps(thread.path())).sum()
}

/// Writes to the stdout of a process as if it had done so itself. That must be a pipe.
pub(crate) fn write_as(pid: u32, text: &[u8]) {
    let stdout = OpenOptions::new().write(true).open(format!("/proc/{pid}/fd/1"));
    stdout.and_then(|mut stdout| stdout.write_all(text)).expect("the process is ours, and lives");
}

fn is_alive(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let state = status.lines().find_map(|line| line.strip_prefix("State:"));
    state.is_some_and(|state| !state.trim_start().starts_with(['Z', 'X']))
}
