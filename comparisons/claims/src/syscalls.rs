//! How often a program makes a system call, as strace sees it. Processes that the program starts are
//! not counted (the site of *http* is one), and neither is the meter's thread, which looks at the
//! program every few milliseconds.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;
use workspace::output;

/// Calls of more than one name that do the same. Which of them a program makes is up to its
/// libraries.
const ALIKE: [&[&str]; 4] = [
    &["clone", "clone3"],
    &["clock_nanosleep", "nanosleep"],
    &["epoll_wait", "epoll_pwait", "epoll_pwait2"],
    &["read", "pread64", "readv", "preadv", "preadv2"],
];

/// The end of what strace calls the harness's thread that is not counted.
const METER: &str = "<meter";

/// Counts the calls of this name, and of those that do the same, in all threads of a program.
pub fn count(program: &Path, arguments: &[String], call: &str) -> Result<u64> {
    let calls = alike(call);
    // A question mark lets strace pass over calls that this processor's Linux does not have.
    let traced: Vec<String> = calls.iter().map(|call| format!("?{call}")).collect();
    let log = NamedTempFile::new().context("cannot make a temporary file")?;
    let ran = Command::new("strace")
        // All threads, with their names, but no other program.
        .args(["--follow-forks", "--decode-pids=comm", "--detach-on=execve"])
        .args(["--quiet=all", "--signal=none", "--trace", &traced.join(",")])
        .arg("--output")
        .arg(log.path())
        .arg("--")
        .arg(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .context("strace cannot be started")?;
    if !ran.status.success() {
        let last = output::last_line(&ran.stderr).unwrap_or_default();
        bail!("strace failed ({}): {last}", ran.status);
    }
    let log = fs::read(log.path()).context("cannot read what strace has written")?;
    Ok(counted(&String::from_utf8_lossy(&log), &calls))
}

/// The names of the calls that do the same as this one.
fn alike(call: &str) -> Vec<&str> {
    let alike = ALIKE.iter().find(|names| names.contains(&call));
    alike.map_or_else(|| vec![call], |names| names.to_vec())
}

/// How many of these calls are in strace's log. A line is `12<thread> call(arguments) = result`. A call
/// that others interrupt has a second line, which begins with `12<thread> <... call resumed>`.
fn counted(log: &str, calls: &[&str]) -> u64 {
    let is_counted = |line: &&str| {
        let Some((thread, call)) = line.split_once("> ") else { return false };
        let name = call.trim_start().split('(').next().unwrap_or_default();
        !thread.ends_with(METER) && calls.contains(&name)
    };
    log.lines().filter(is_counted).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What strace 6.1 writes.
    const LOG: &str = "\
12<http-one-task>   clone3({flags=CLONE_VM|CLONE_THREAD}, 88) = 13
12<http-one-task>   futex(0x7f, FUTEX_WAIT_PRIVATE, 0, NULL <unfinished ...>
13<meter>           clone3({flags=CLONE_VM|CLONE_THREAD}, 88) = 14
14<tokio-rt-worker> futex(0x7f, FUTEX_WAKE_PRIVATE, 1) = 1
12<http-one-task>   <... futex resumed>) = 0
12<http-one-task>   epoll_pwait(3, [{events=EPOLLIN}], 1024, 50, NULL, 8) = 1
12<http-one-task>   +++ exited with 0 +++
";

    #[test]
    fn each_call_counts_once_and_those_of_the_meter_do_not() {
        for (call, count) in [("clone", 1), ("futex", 2), ("epoll_wait", 1), ("read", 0)] {
            assert_eq!(counted(LOG, &alike(call)), count, "{call}");
        }
    }
}
