//! One file, read in chunks, so a large file needs no more memory than a small one.

use std::{
    cell::RefCell,
    fs::{File, OpenOptions},
    io::{self, Read},
    path::Path,
};

use crc32fast::Hasher;
use harness::{
    pool::JobError,
    unit::{self, On, Unit},
};
use serde::{Deserialize, Serialize};

use crate::tree::Entry;

/// How much of a file is read at a time, in bytes.
pub const CHUNK: usize = 64 * 1024;

/// The size and checksum of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksum {
    /// Its size, in bytes.
    pub bytes: u64,
    /// The CRC-32 of its contents.
    pub crc: u32,
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Fault {
    /// It cannot be opened: it is gone, for example, or we may not read it.
    #[error("cannot open it: {0}")]
    Open(String),
    /// It was opened, but reading it failed.
    #[error("cannot read it: {0}")]
    Read(String),
    /// It was replaced by something else after the files were listed.
    #[error("it is no longer a regular file")]
    Replaced,
    /// A worker process failed.
    #[error("{0}")]
    Worker(String),
}

impl Fault {
    /// The fault of a file that cannot be opened.
    #[must_use]
    pub fn open(error: io::Error) -> Self {
        Self::Open(error.to_string())
    }

    /// The fault of a file that cannot be read.
    #[must_use]
    pub fn read(error: io::Error) -> Self {
        Self::Read(error.to_string())
    }
}

impl From<JobError> for Fault {
    fn from(error: JobError) -> Self {
        Self::Worker(error.to_string())
    }
}

/// The outcome of one file.
pub type Outcome = Result<Checksum, Fault>;

/// A checksum that grows chunk by chunk.
#[derive(Clone, Debug, Default)]
pub struct Sum {
    hasher: Hasher,
    bytes: u64,
}

impl Sum {
    /// Adds the next chunk.
    pub fn add(&mut self, chunk: &[u8]) {
        self.hasher.update(chunk);
        self.bytes += chunk.len() as u64;
    }

    /// The number of bytes so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The checksum of all chunks.
    #[must_use]
    pub fn finish(self) -> Checksum {
        Checksum { bytes: self.bytes, crc: self.hasher.finalize() }
    }
}

thread_local! {
    /// The buffer of a thread: it reads one file after the other into this chunk.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; CHUNK]);
}

/// Checksums a file, and blocks the calling thread until that is done.
pub fn checksum(entry: &Entry) -> Outcome {
    Unit::begin(entry.index).run(|| {
        let mut file = unit::waiting_for(On::File, || open(&entry.path))?;
        let mut sum = Sum::default();
        BUFFER.with_borrow_mut(|chunk| {
            loop {
                match unit::waiting_for(On::File, || file.read(chunk)) {
                    Ok(0) => return Ok(sum.finish()),
                    Ok(read) => sum.add(&chunk[..read]),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(Fault::read(error)),
                }
            }
        })
    })
}

/// Opens a file that was a regular one when the files were listed, and blocks the calling thread
/// until that is done.
pub fn open(path: &Path) -> Result<File, Fault> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, open_flags());
    let file = options.open(path).map_err(Fault::open)?;
    if !file.metadata().map_err(Fault::open)?.is_file() {
        return Err(Fault::Replaced);
    }
    Ok(file)
}

/// Checks that the opened file is still a regular one, as it was when the files were listed. This
/// never waits, since the kernel has the answer at hand.
///
/// # Errors
/// It is not, or the system cannot tell.
#[cfg(unix)]
pub fn check_regular(file: impl std::os::fd::AsFd) -> Result<(), Fault> {
    use nix::sys::stat::{SFlag, fstat};
    let stat = fstat(file).map_err(|error| Fault::open(error.into()))?;
    let regular = SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT == SFlag::S_IFREG;
    if regular { Ok(()) } else { Err(Fault::Replaced) }
}

/// The flags to open a file with. If it was replaced since the files were listed, they do not
/// follow a link, and do not wait for a pipe.
#[cfg(unix)]
#[must_use]
pub fn open_flags() -> i32 {
    use nix::fcntl::OFlag;
    (OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_usual_crc_32_however_the_chunks_fall() {
        // The check value of CRC-32/ISO-HDLC in Greg Cook's catalogue of CRC algorithms.
        let expected = Checksum { bytes: 9, crc: 0xcbf4_3926 };
        for chunk in 1..=9 {
            let mut sum = Sum::default();
            b"123456789".chunks(chunk).for_each(|chunk| sum.add(chunk));
            assert_eq!(sum.finish(), expected);
        }
    }

    #[test]
    #[cfg(unix)]
    fn what_has_replaced_a_file_is_not_opened_and_never_waited_for() {
        use nix::{sys::stat::Mode, unistd::mkfifo};
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let [pipe, link] = ["pipe", "link"].map(|name| folder.path().join(name));
        mkfifo(&pipe, Mode::S_IRWXU).expect("the folder is ours");
        std::os::unix::fs::symlink("/etc/passwd", &link).expect("the folder is ours");
        // Nobody writes into the pipe, so that to open it as a file would wait for ever.
        for path in [&pipe, folder.path()] {
            assert_eq!(open(path).map(drop), Err(Fault::Replaced), "{}", path.display());
        }
        assert!(matches!(open(&link), Err(Fault::Open(_))));
    }

    #[test]
    fn a_file_of_several_chunks_is_read_to_its_end() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
        let contents: Vec<u8> = (0..=u8::MAX).cycle().take(3 * CHUNK + 7).collect();
        std::fs::write(file.path(), &contents).expect("it can be written");
        let mut sum = Sum::default();
        sum.add(&contents);
        let entry = Entry { index: 0, path: file.path().into() };
        assert_eq!(checksum(&entry), Ok(sum.finish()));
    }
}
