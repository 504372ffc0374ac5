//! The limit on file descriptors, which `ulimit -n` shows.

use std::io;

/// Lets this program open so many more files and connections than it has now. Only the soft limit
/// is lowered, which a program may raise again.
#[cfg(unix)]
pub(crate) fn leave_room_for(descriptors: u64) -> io::Result<()> {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};

    let open = std::fs::read_dir("/dev/fd")?.count() as u64;
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(setrlimit(Resource::RLIMIT_NOFILE, open + descriptors, hard)?)
}

/// Windows has no such limit.
#[cfg(not(unix))]
pub(crate) fn leave_room_for(_: u64) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no limit to lower"))
}
