//! The run that is under way. It ends with all that it has started, and Ctrl-C can end it and leave
//! this program to show what it has.
//!
//! Every run is the leader of a process group of its own. So the Ctrl-C of a terminal reaches this
//! program alone, which then ends the group: first it asks, and after a while it kills.

use std::{
    io,
    process::{Child, Command},
    sync::{Mutex, MutexGuard},
    thread,
    time::{Duration, Instant},
};

use wait_timeout::ChildExt;

/// How often is looked whether somebody has ended, once somebody is expected to.
const PAUSE: Duration = Duration::from_millis(2);

/// What Ctrl-C has to know.
struct Now {
    is_interrupted: bool,
    run: Option<Group>,
}

/// The leader of a process group, by its number, and how long the group may take to end when it is
/// asked to.
#[derive(Clone, Copy)]
struct Group {
    leader: u32,
    grace: Duration,
}

static NOW: Mutex<Now> = Mutex::new(Now { is_interrupted: false, run: None });

fn now() -> MutexGuard<'static, Now> {
    NOW.lock().expect("nobody panics while holding it")
}

/// As long as this lives, Ctrl-C ends the run that is under way, and no other begins. Without it,
/// Ctrl-C ends this program.
#[derive(Debug)]
pub struct Interruptible(());

impl Interruptible {
    /// Has Ctrl-C end runs from now on.
    #[must_use]
    pub fn begin() -> Self {
        harness::interrupt::on_interrupt(interrupt);
        Self(())
    }
}

impl Drop for Interruptible {
    fn drop(&mut self) {
        harness::interrupt::end_on_interrupt();
    }
}

/// Whether Ctrl-C has ended a run, or kept one from beginning.
#[must_use]
pub fn is_interrupted() -> bool {
    now().is_interrupted
}

/// Ends the run that is under way. The thread that waits for it learns of it by its end.
fn interrupt() {
    let run = {
        let mut now = now();
        now.is_interrupted = true;
        now.run
    };
    let Some(Group { leader, grace }) = run else { return };
    system::ask_to_end(leader);
    let start = Instant::now();
    while now().run.is_some() {
        if start.elapsed() > grace {
            system::kill(leader);
            return;
        }
        thread::sleep(PAUSE);
    }
}

/// A run that is under way, until this is dropped.
pub(crate) struct Running(Group);

/// Starts a run, which may take `grace` to end when it is asked to. `None` if Ctrl-C came before it.
pub(crate) fn start(
    command: &mut Command,
    grace: Duration,
) -> io::Result<Option<(Child, Running)>> {
    system::lead_a_group(command);
    // Whoever ends the run waits for the lock, so there is no run that it does not know.
    let mut now = now();
    if now.is_interrupted {
        return Ok(None);
    }
    let child = command.spawn()?;
    let group = Group { leader: child.id(), grace };
    now.run = Some(group);
    Ok(Some((child, Running(group))))
}

impl Running {
    /// Ends the run: its leader, which is asked to clear away first, and all that is left.
    pub(crate) fn end(&self, child: &mut Child) -> io::Result<()> {
        system::ask_to_end(self.0.leader);
        if child.wait_timeout(self.0.grace)?.is_none() {
            child.kill()?;
            child.wait()?;
        }
        self.end_rest();
        Ok(())
    }

    /// Ends what a leader that has ended has left behind. It would take cores from the next run.
    pub(crate) fn end_rest(&self) {
        let Group { leader, grace } = self.0;
        let start = Instant::now();
        // Some of it may be ending by itself, because a pipe from the leader has come to its end.
        while system::is_there(leader) {
            if start.elapsed() > grace {
                system::kill(leader);
                return;
            }
            thread::sleep(PAUSE);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        now().run = None;
    }
}

#[cfg(unix)]
mod system {
    use std::{os::unix::process::CommandExt, process::Command};

    use nix::{
        sys::signal::{Signal, killpg},
        unistd::Pid,
    };

    pub(super) fn lead_a_group(command: &mut Command) {
        command.process_group(0);
    }

    pub(super) fn ask_to_end(leader: u32) {
        // Whoever has ended needs no signal; that goes for the next two as well.
        let _ = killpg(group(leader), Signal::SIGTERM);
    }

    pub(super) fn kill(leader: u32) {
        let _ = killpg(group(leader), Signal::SIGKILL);
    }

    pub(super) fn is_there(leader: u32) -> bool {
        killpg(group(leader), None).is_ok()
    }

    fn group(leader: u32) -> Pid {
        Pid::from_raw(i32::try_from(leader).expect("the system's process numbers are of this type"))
    }
}

/// Elsewhere a run is ended by the end of its leader.
#[cfg(not(unix))]
mod system {
    use std::process::Command;

    pub(super) fn lead_a_group(_: &mut Command) {}

    pub(super) fn ask_to_end(_: u32) {}

    pub(super) fn kill(_: u32) {}

    pub(super) fn is_there(_: u32) -> bool {
        false
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn run(script: &str) -> (Child, Running) {
        let mut command = Command::new("sh");
        let started = start(command.args(["-c", script]), Duration::from_millis(50));
        started.expect("every Unix has a shell").expect("nobody interrupts a test")
    }

    #[test]
    fn who_ignores_the_request_is_killed() {
        let (mut child, running) = run("trap '' TERM; while true; do sleep 1; done");
        running.end(&mut child).expect("it can be waited for");
        assert!(child.try_wait().is_ok_and(|status| status.is_some()));
    }

    #[test]
    fn nobody_is_left_behind_by_a_leader_that_ends() {
        let (mut child, running) = run("sleep 600 & exit 0");
        child.wait().expect("it ends");
        assert!(system::is_there(running.0.leader), "the sleep goes on");
        running.end_rest();
        let start = Instant::now();
        while system::is_there(running.0.leader) {
            assert!(start.elapsed() < Duration::from_mins(1), "the sleep still goes on");
            thread::sleep(PAUSE);
        }
    }
}
