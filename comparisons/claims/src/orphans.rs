//! Processes that were started for a benchmark and have left the process that started them, as a
//! database server does. Their CPU time is the benchmark's, and not that of other programs.

/// Has orphaned descendants of this process become its children, so that their times can be counted.
/// Linux only; elsewhere they count as other programs.
#[cfg(target_os = "linux")]
pub(crate) fn adopt() {
    // Where the kernel refuses, they count as other programs, and blocks with them are rejected.
    let _ = nix::sys::prctl::set_child_subreaper(true);
}

/// Waits for those that have ended: only then are their times counted. Nobody else may be waiting for
/// a child of this process meanwhile.
#[cfg(target_os = "linux")]
pub(crate) fn count() {
    use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};

    while let Ok(ended) = waitpid(None, Some(WaitPidFlag::WNOHANG)) {
        if ended == WaitStatus::StillAlive {
            break;
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn adopt() {}

#[cfg(not(target_os = "linux"))]
pub(crate) fn count() {}
