//! Ctrl-C, and whatever else ends a program before its end: what is cleared away then, and how.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use anyhow::{Context, Result};

use crate::{background::harness_thread_started, capacity::Reserve, message};

/// What clears something away.
type Clear = Box<dyn FnOnce() + Send>;

/// What [`clear_on_interrupt`] was told of.
static CLEAR: Mutex<Vec<Clear>> = Mutex::new(Vec::new());

/// The worker processes that have not been waited for yet, by their numbers in the system.
static WORKERS: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// Has a worker process killed, should this process be ended before it.
pub(crate) fn worker_started(pid: u32) {
    WORKERS.lock().expect("nobody panics while holding it").insert(pid);
}

/// Says that a worker process has ended: its number may be another's from now on.
pub(crate) fn worker_ended(pid: u32) {
    WORKERS.lock().expect("nobody panics while holding it").remove(&pid);
}

#[cfg(unix)]
fn kill(worker: u32) {
    use nix::{
        sys::signal::{self, Signal},
        unistd::Pid,
    };

    if let Ok(pid) = i32::try_from(worker) {
        // One that has just ended by itself is all right, too.
        let _ = signal::kill(Pid::from_raw(pid), Signal::SIGKILL);
    }
}

/// Elsewhere a worker ends by itself, as soon as its stdin does.
#[cfg(not(unix))]
fn kill(_: u32) {}

/// Whether Ctrl-C or [`give_up`] is ending this process.
static ENDING: AtomicBool = AtomicBool::new(false);

/// Has something cleared away also if Ctrl-C ends this process, since no destructor runs then. It
/// must not take long: the process ends after it.
pub fn clear_on_interrupt(clear: impl FnOnce() + Send + 'static) {
    CLEAR.lock().expect("nobody panics while holding it").push(Box::new(clear));
}

/// Has a temporary folder removed also if Ctrl-C ends this process.
pub fn remove_on_interrupt(folder: &Path) {
    let folder = folder.to_owned();
    clear_on_interrupt(move || {
        // A thread that still writes there would add a file behind our back, again and again;
        // under another name it finds nothing to add to. What cannot be renamed is gone, or
        // is removed as it is.
        let doomed = folder.with_added_extension("removed");
        let folder = if fs::rename(&folder, &doomed).is_ok() { doomed } else { folder };
        // There is nobody left to be told if something is not ours to remove.
        let _ = fs::remove_dir_all(folder);
    });
}

/// What [`on_interrupt`] was given.
static ON_INTERRUPT: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(None);

/// Has the first Ctrl-C call this instead of ending the process, which is then expected to end in
/// good order. A second Ctrl-C ends it at once.
pub fn on_interrupt(ask_to_end: impl FnOnce() + Send + 'static) {
    *ON_INTERRUPT.lock().expect("nobody panics while holding it") = Some(Box::new(ask_to_end));
}

/// Takes back what [`on_interrupt`] was given: from now on, Ctrl-C ends this process.
pub fn end_on_interrupt() {
    *ON_INTERRUPT.lock().expect("nobody panics while holding it") = None;
}

/// On Ctrl-C, ends this process with the shell's customary status. Workers and helpers end by
/// themselves as soon as their stdin does.
///
/// # Errors
/// Somebody else listens already, or there is a want of threads.
pub fn stop_on_ctrl_c() -> Result<()> {
    harness_thread_started();
    ctrlc::set_handler(|| {
        let ask_to_end = ON_INTERRUPT.lock().expect("nobody panics while holding it").take();
        if let Some(ask_to_end) = ask_to_end {
            ask_to_end();
            return;
        }
        end_at_once("interrupted", 130);
    })
    .context("cannot listen for Ctrl-C")
}

/// Ends this process because of an error that no function can return: it came up in a thread that
/// a library has started, say, while others wait for what will not come. Says so in one line,
/// clears away what Ctrl-C would, and exits with status 1.
pub fn give_up(error: &anyhow::Error) -> ! {
    end_at_once(&format!("error: {error:#}"), 1)
}

fn end_at_once(text: &str, status: i32) -> ! {
    if ENDING.swap(true, Ordering::Relaxed) {
        // Another thread is at it, and has said why.
        loop {
            thread::park();
        }
    }
    message::line(text);
    Reserve::give_back();
    // The workers go first: what is to be cleared away may be what they are at work on.
    for &worker in &*WORKERS.lock().expect("nobody panics while holding it") {
        kill(worker);
    }
    for clear in CLEAR.lock().expect("nobody panics while holding it").drain(..) {
        clear();
    }
    std::process::exit(status)
}

/// Returns at once, unless something is ending this process already: what has failed since then failed because
/// its folders were removed under its feet, which is not worth a report, and a process that ended
/// now would leave half of them behind.
pub(crate) fn leave_the_end_to_others() {
    while ENDING.load(Ordering::Relaxed) {
        thread::park();
    }
}
