//! What a client asks of the writer.

use std::sync::{
    atomic::Ordering::Relaxed,
    mpsc::{self, Sender, SyncSender},
};

use pair::unit::waiting;

use crate::database::Database;

/// A row to be written.
pub(crate) struct Request {
    pub(crate) entry: String,
    safe: Sender<()>,
}

impl Request {
    /// Asks for a row to be written, and waits until it is safe. `false` if the writer is gone.
    pub(crate) fn ask(database: &Database, writer: &SyncSender<Self>, entry: String) -> bool {
        let (safe, answer) = mpsc::channel();
        let sent = writer.send(Self { entry, safe });
        database.asked.fetch_add(1, Relaxed);
        sent.is_ok() && waiting(|| answer.recv()).is_ok()
    }

    /// Tells the client that its row is safe.
    pub(crate) fn answer(self) {
        // A client that has gone away needs no answer.
        let _ = self.safe.send(());
    }
}
