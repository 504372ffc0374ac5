//! Starts this program anew, as a worker process.

use std::{
    env, io,
    path::Path,
    process::{Child, Command, Stdio},
};

/// Says which worker a process is.
const WORKER: &str = "STOPPING_WORKER";
/// Has it write its files under their own names from the beginning.
const IN_PLACE: &str = "STOPPING_IN_PLACE";

/// Starts a worker that writes to this folder.
pub(crate) fn spawn(folder: &Path, worker: usize, in_place: bool) -> io::Result<Child> {
    let mut command = Command::new(env::current_exe()?);
    if cfg!(test) {
        command.args(["--exact", "tests::a_worker_process", "--nocapture"]);
    }
    if in_place {
        command.env(IN_PLACE, "");
    }
    command.env(WORKER, worker.to_string()).current_dir(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()
}

/// Which worker this process is, if it is one.
pub(crate) fn worker() -> Option<usize> {
    env::var(WORKER).ok()?.parse().ok()
}

/// Whether it is to write its files under their own names from the beginning.
pub(crate) fn writes_in_place() -> bool {
    env::var_os(IN_PLACE).is_some()
}
