//! The process that started this one, and the end of both.

use std::process::Command;

/// The environment variable that has a program end with its parent, whose number it holds.
const PARENT: &str = "MEANWHILE_PARENT";

/// Has the program that this command starts end as soon as the calling thread does, however that
/// ends: by `kill -9` too, after which nobody could send a signal. Linux only; elsewhere a program
/// goes on to its own end.
pub fn end_with_this_process(command: &mut Command) {
    command.env(PARENT, std::process::id().to_string());
}

/// Does what [`end_with_this_process`] has asked of this process.
#[cfg(target_os = "linux")]
pub fn end_with_parent_if_asked() {
    use nix::{
        sys::{prctl, signal::Signal},
        unistd::{Pid, getppid},
    };

    let parent = std::env::var(PARENT).ok().and_then(|parent| parent.parse().ok());
    let Some(parent) = parent.map(Pid::from_raw) else { return };
    // By this signal the program still clears away what it has made. Should the kernel refuse, the
    // program goes on to its own end.
    let _ = prctl::set_pdeathsig(Signal::SIGTERM);
    if getppid() != parent {
        // The parent has died before anybody could ask to be told of it.
        std::process::exit(1);
    }
}

/// Nothing, since no other system tells a process of its parent's end.
#[cfg(not(target_os = "linux"))]
pub fn end_with_parent_if_asked() {}
