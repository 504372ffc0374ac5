//! One file, written by calls that block.

use std::{
    fs::File,
    io::{self, Write},
    thread,
};

use pair::unit::waiting;
use tempfile::NamedTempFile;

use crate::job::{Job, PAUSE, PIECES, write_piece};

/// Writes a worker's n-th file under a temporary name, and renames it when it is whole.
pub(crate) fn write(job: &Job, number: usize, nth: usize) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(&job.folder)?;
    write_pieces(job, &mut file, nth)?;
    file.persist(job.name(number))?;
    Ok(())
}

/// Writes a worker's n-th file under its own name.
pub(crate) fn write_in_place(job: &Job, number: usize, nth: usize) -> io::Result<()> {
    write_pieces(job, &mut File::create(job.name(number))?, nth)
}

fn write_pieces(job: &Job, file: &mut impl Write, nth: usize) -> io::Result<()> {
    for piece in 0..PIECES {
        if piece > 0 {
            job.waits(nth, piece);
            waiting(|| thread::sleep(PAUSE));
        }
        write_piece(file)?;
    }
    Ok(())
}
