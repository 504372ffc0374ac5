//! What the workers have left.

use std::{fs, io, path::Path};

use crate::job::{PIECE, PIECES};

/// How many files of each kind there are in a folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Whole, under their own names.
    pub(crate) whole: usize,
    /// Not whole, although they have their own names.
    pub(crate) half: usize,
    /// Under temporary names.
    pub(crate) temporary: usize,
}

/// Looks through a folder.
pub(crate) fn found(folder: &Path) -> io::Result<Found> {
    let mut found = Found::default();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_temporary = entry.file_name().as_encoded_bytes().starts_with(b".tmp");
        let is_whole = entry.metadata()?.len() == (PIECES * PIECE.len()) as u64;
        match (is_temporary, is_whole) {
            (true, _) => found.temporary += 1,
            (false, true) => found.whole += 1,
            (false, false) => found.half += 1,
        }
    }
    Ok(found)
}
