//! One file: read in chunks, so that a file of any size needs no more memory than a small one.

use std::{
    cell::RefCell,
    fs::{File, OpenOptions},
    io::{self, Read},
    path::Path,
};

use crc32fast::Hasher;
use harness::{
    pool::JobError,
    unit::{self, Unit},
};
use serde::{Deserialize, Serialize};

use crate::tree::Entry;

/// How much of a file is read at a time, in bytes.
pub const CHUNK: usize = 64 * 1024;

/// What a file that could be read is like.
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
    /// It cannot be opened: it is gone, say, or not ours to read.
    #[error("cannot open it: {0}")]
    Open(String),
    /// It was opened, and then something went wrong.
    #[error("cannot read it: {0}")]
    Read(String),
    /// Something else has taken its place since the files were listed.
    #[error("it is no regular file any more")]
    Replaced,
    /// A worker process failed.
    #[error("{0}")]
    Worker(String),
}

impl Fault {
    /// The fault of a file that the system does not open.
    #[must_use]
    pub fn open(error: io::Error) -> Self {
        Self::Open(error.to_string())
    }

    /// The fault of a file that the system does not read on.
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

/// What came of one file.
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

    /// How many bytes there were up to now.
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
    /// What the files are read into: one chunk per thread, for one file after the other.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; CHUNK]);
}

/// Checksums a file, and blocks the calling thread until that is done.
pub fn checksum(entry: &Entry) -> Outcome {
    Unit::begin(entry.index).run(|| {
        let mut file = unit::waiting(|| open(&entry.path))?;
        let mut sum = Sum::default();
        BUFFER.with_borrow_mut(|chunk| {
            loop {
                match unit::waiting(|| file.read(chunk)) {
                    Ok(0) => return Ok(sum.finish()),
                    Ok(read) => sum.add(&chunk[..read]),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(Fault::read(error)),
                }
            }
        })
    })
}

/// Opens a file that was a regular one when the files were listed.
fn open(path: &Path) -> Result<File, Fault> {
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

/// Checks that what was opened is a regular file, as it was when the files were listed. That waits for
/// nothing: the kernel has it at hand.
///
/// # Errors
/// It is none, or the system does not tell.
#[cfg(unix)]
pub fn check_regular(file: impl std::os::fd::AsFd) -> Result<(), Fault> {
    use nix::sys::stat::{SFlag, fstat};
    let stat = fstat(file).map_err(|error| Fault::open(error.into()))?;
    let regular = SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT == SFlag::S_IFREG;
    if regular { Ok(()) } else { Err(Fault::Replaced) }
}

/// With these flags a file is opened, so that what has taken its place since the files were listed
/// is neither followed, if it is a link, nor waited for, if it is a pipe.
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
