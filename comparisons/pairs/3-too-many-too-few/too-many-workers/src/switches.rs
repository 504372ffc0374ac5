//! Context switches, as the system counts them.

/// How often a core has left one thread of this program for another, so far.
#[cfg(unix)]
pub(crate) fn so_far() -> i64 {
    use nix::sys::resource::{UsageWho, getrusage};

    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("a process may ask for its own usage");
    usage.voluntary_context_switches() + usage.involuntary_context_switches()
}

/// Nobody has counted them.
#[cfg(not(unix))]
pub(crate) fn so_far() -> i64 {
    0
}
