//! Ctrl-C and other early ends of a program, and how it cleans up then.

use std::{
    collections::BTreeSet,
    fs, mem,
    panic::{self, AssertUnwindSafe},
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use anyhow::{Context, Result};

use crate::{background::harness_thread_started, capacity::Reserve, message};

/// A clean-up action.
type Clear = Box<dyn FnOnce() + Send>;

/// The actions given to [`clear_on_interrupt`].
static CLEAR: Mutex<Vec<Clear>> = Mutex::new(Vec::new());

/// The process IDs of the workers that have not been waited for yet.
static WORKERS: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// Registers a worker process, to be killed if this process is ended before it.
pub(crate) fn worker_started(pid: u32) {
    WORKERS.lock().expect("nobody panics while holding it").insert(pid);
}

/// Records that a worker process has ended, since another may get its process ID from now on.
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
        // A worker that has just ended by itself is fine, too.
        let _ = signal::kill(Pid::from_raw(pid), Signal::SIGKILL);
    }
}

/// Elsewhere a worker ends by itself as soon as its stdin does.
#[cfg(not(unix))]
fn kill(_: u32) {}

/// Whether Ctrl-C or [`give_up`] is ending this process.
static ENDING: AtomicBool = AtomicBool::new(false);

/// Registers a clean-up action for Ctrl-C, since no destructor runs then. It must not take long:
/// the process ends after it.
pub fn clear_on_interrupt(clear: impl FnOnce() + Send + 'static) {
    CLEAR.lock().expect("nobody panics while holding it").push(Box::new(clear));
}

/// Registers a temporary folder to be removed if Ctrl-C ends this process.
pub fn remove_on_interrupt(folder: &Path) {
    let folder = folder.to_owned();
    clear_on_interrupt(move || {
        // A thread that is still writing there would keep adding files. After a rename it no longer
        // finds the folder. If renaming fails, the folder is gone, or is removed as it is.
        let doomed = folder.with_added_extension("removed");
        let folder = if fs::rename(&folder, &doomed).is_ok() { doomed } else { folder };
        // If something cannot be removed, nobody is left to be told.
        let _ = fs::remove_dir_all(folder);
    });
}

/// The action given to [`on_interrupt`].
static ON_INTERRUPT: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(None);

/// Makes the first Ctrl-C call this instead of ending the process, which should then shut down
/// gracefully. A second Ctrl-C ends it immediately.
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
/// Somebody else listens already, or the system has no more threads.
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

/// Ends this process because of an error that no function can return: for example, it came up in a
/// library's thread while others wait in vain. Prints one line, cleans up as on Ctrl-C, and exits
/// with status 1.
pub fn give_up(error: &anyhow::Error) -> ! {
    end_at_once(&format!("error: {error:#}"), 1)
}

fn end_at_once(text: &str, status: i32) -> ! {
    if ENDING.swap(true, Ordering::Relaxed) {
        // Another thread is doing it, and has said why.
        loop {
            thread::park();
        }
    }
    message::line(text);
    Reserve::give_back();
    // The workers go first, since they may be using what will be removed.
    for &worker in &*WORKERS.lock().expect("nobody panics while holding it") {
        kill(worker);
    }
    let actions = mem::take(&mut *CLEAR.lock().expect("nobody panics while holding it"));
    for clear in actions {
        // One that panics has been reported, and must not keep the others from cleaning up.
        let _ = panic::catch_unwind(AssertUnwindSafe(clear));
    }
    std::process::exit(status)
}

/// Returns immediately, unless this process is already being ended. In that case it waits: later
/// failures come from folders being removed and are not worth a report, and ending now would leave
/// half of the folders behind.
pub(crate) fn leave_the_end_to_others() {
    while ENDING.load(Ordering::Relaxed) {
        thread::park();
    }
}
