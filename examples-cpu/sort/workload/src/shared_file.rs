//! A file that nobody else sees, and that the processes of a run can open.

use std::{fs::File, io, path::PathBuf};

/// A file that is gone when this is, however the process ends.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub(crate) struct SharedFile(File);

#[cfg(target_os = "linux")]
impl SharedFile {
    /// Makes a file in memory, with no name in any folder.
    pub(crate) fn new() -> io::Result<Self> {
        use nix::sys::memfd::{MFdFlags, memfd_create};
        Ok(Self(memfd_create("sort", MFdFlags::MFD_CLOEXEC)?.into()))
    }

    /// Where another process finds it as long as this one has it open.
    pub(crate) fn path(&self) -> PathBuf {
        use std::os::fd::AsRawFd;
        format!("/proc/{}/fd/{}", std::process::id(), self.0.as_raw_fd()).into()
    }
}

/// A temporary file. It is removed when this is dropped, or on Ctrl-C.
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
pub(crate) struct SharedFile {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

#[cfg(not(target_os = "linux"))]
impl SharedFile {
    pub(crate) fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("meanwhile-sort-").tempdir()?;
        harness::interrupt::remove_on_interrupt(folder.path());
        let path = folder.path().join("items");
        File::create_new(&path)?;
        Ok(Self { path, _folder: folder })
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.path.clone()
    }
}
