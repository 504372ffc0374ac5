//! What this program does as a process that it has started itself.

use std::{
    env,
    process::{self, Command, Stdio},
};

use crate::{
    together,
    work::{check, rest},
};

/// Says what to do.
const TASK: &str = "PANICS_TASK";

/// This program as a process that does a task.
pub(crate) fn command(task: &str) -> Command {
    let mut command = Command::new(env::current_exe().expect("this program is there"));
    if cfg!(test) {
        command.args(["--exact", "tests::a_child", "--nocapture"]);
    }
    command.env(TASK, task).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Does the task of this process, if it has one. Returns whether it had.
///
/// # Panics
/// The task is to panic.
pub(crate) fn do_task() -> bool {
    let Ok(task) = env::var(TASK) else { return false };
    match task.as_str() {
        "abort" => process::abort(),
        "main thread" => together::panic_on_the_main_thread(),
        "rayon::spawn" => together::panic_in_a_pool(),
        job => drop(job.parse().map(|index| rest(check(index)))),
    }
    true
}
