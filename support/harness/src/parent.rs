//! The process that started this one, and the end of both.

use std::process::Command;

/// The environment variable that makes a program end with its parent. It holds the parent's process
/// ID.
const PARENT: &str = "MEANWHILE_PARENT";

/// Makes the program that this command starts end as soon as the calling thread does, even by `kill
/// -9`, after which nobody could send a signal. Linux only; elsewhere the program runs to its own
/// end.
pub fn end_with_this_process(command: &mut Command) {
    command.env(PARENT, std::process::id().to_string());
}

/// Carries out the request of [`end_with_this_process`] in this process.
#[cfg(target_os = "linux")]
pub fn end_with_parent_if_asked() {
    use nix::{
        sys::{prctl, signal::Signal},
        unistd::{Pid, getppid},
    };

    let parent = std::env::var(PARENT).ok().and_then(|parent| parent.parse().ok());
    let Some(parent) = parent.map(Pid::from_raw) else { return };
    // On this signal the program still removes its temporary files. If the kernel refuses, the
    // program runs to its own end.
    let _ = prctl::set_pdeathsig(Signal::SIGTERM);
    if getppid() != parent {
        // The parent died before this process could ask to be told.
        std::process::exit(1);
    }
}

/// Does nothing, since no other system tells a process about its parent's end.
#[cfg(not(target_os = "linux"))]
pub fn end_with_parent_if_asked() {}
