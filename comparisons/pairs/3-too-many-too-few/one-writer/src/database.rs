//! The file, and counts of what is done with it.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use rusqlite::{Connection, Result};

use crate::busy::pause;

/// A file of SQLite's.
#[derive(Default)]
pub(crate) struct Database {
    file: PathBuf,
    /// How many times a connection found that another one was writing, and slept.
    pub(crate) busy: Arc<AtomicUsize>,
    /// How many times somebody asked to write, and began to wait.
    pub(crate) asked: AtomicUsize,
    pub(crate) commits: AtomicUsize,
}

impl Database {
    /// Makes the file. With a write-ahead log, a commit waits for the disk once.
    pub(crate) fn create(file: &Path) -> Result<Self> {
        let connection = Connection::open(file)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.execute("CREATE TABLE entries (entry TEXT)", [])?;
        Ok(Self { file: file.to_owned(), ..Self::default() })
    }

    /// Opens a connection. Its commits end when the rows are on the disk: that is `FULL`.
    pub(crate) fn open(&self) -> Result<Connection> {
        let mut connection = Connection::open(&self.file)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let busy = Arc::clone(&self.busy);
        connection.busy_handler(Some(move |earlier| {
            busy.fetch_add(1, Relaxed);
            pause(earlier)
        }))?;
        Ok(connection)
    }
}
