//! The files that a worker writes.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver, Sender},
    time::Duration,
};

/// How many write.
pub(crate) const WORKERS: usize = 5;
/// How many pieces make a whole file.
pub(crate) const PIECES: usize = 8;
/// A piece.
pub(crate) const PIECE: &[u8] = b"These bytes make sense only together with all of the others.\n";
/// How long the next piece takes to come.
pub(crate) const PAUSE: Duration = Duration::from_millis(5);

/// One worker's job.
pub(crate) struct Job {
    pub(crate) worker: usize,
    pub(crate) folder: PathBuf,
    report: Sender<()>,
}

/// The jobs of all workers, and who is told when each of them is in the middle of a file.
pub(crate) fn jobs(folder: &Path) -> (Vec<Job>, Receiver<()>) {
    let (report, busy) = mpsc::channel();
    let job = |worker| Job { worker, folder: folder.to_owned(), report: report.clone() };
    ((0..WORKERS).map(job).collect(), busy)
}

impl Job {
    /// The name that only a whole file should have.
    pub(crate) fn name(&self, number: usize) -> PathBuf {
        self.folder.join(format!("{}-{number}", self.worker))
    }

    /// The worker waits for this piece of its n-th file.
    pub(crate) fn waits(&self, nth: usize, piece: usize) {
        // If nobody asks any more, all is said.
        let _ = ((nth, piece) == (1, PIECES / 2)).then(|| self.report.send(()));
    }
}

/// Writes a piece. That is short enough for a thread that runs other tasks, too.
pub(crate) fn write_piece(file: &mut impl Write) -> io::Result<()> {
    file.write_all(PIECE)
}
