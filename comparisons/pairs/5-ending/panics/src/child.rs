//! This program as a process that it has started itself.

use std::{
    env,
    os::unix::process::ExitStatusExt,
    process::{Command, ExitStatus, Stdio},
};

/// Says what to do.
const TASK: &str = "PANICS_TASK";
/// What a process with several jobs prints for each that has finished.
pub(crate) const FINISHED: &str = "finished";

/// A process that does a task.
pub(crate) fn command(task: &str) -> Command {
    let mut command = Command::new(env::current_exe().expect("this program is there"));
    if cfg!(test) {
        command.args(["--exact", "tests::a_child", "--nocapture"]);
    }
    command.env(TASK, task).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// The task of this process, if it has one.
pub(crate) fn task() -> Option<String> {
    env::var(TASK).ok()
}

/// How a process has ended, in words.
pub(crate) fn ended(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, signal) => format!("signal {}", signal.unwrap_or_default()),
    }
}
