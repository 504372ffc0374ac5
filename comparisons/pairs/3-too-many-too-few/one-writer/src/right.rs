//! One thread writes for all, with a commit for all that is waiting.

use std::{iter, sync::mpsc, thread};

use pair::unit::waiting;
use rusqlite::Result;

use crate::{
    database::Database,
    job::{CLIENTS, ROWS, begin, clients, end, entry},
    request::Request,
    rows::insert,
};

/// Has all clients write all of their rows.
pub(crate) fn write_all(database: &Database) -> Result<()> {
    let (requests, inbox) = mpsc::sync_channel(CLIENTS);
    thread::scope(|scope| {
        let writer = begin(scope, "writer", 0, move || write(database, inbox));
        let asked = clients(|client| {
            let ask = |number| Request::ask(database, &requests, entry(client, number));
            // If the writer is gone, this stops early, and the writer says why.
            let _ = (0..ROWS).all(ask);
            Ok(())
        });
        // With nobody left to send requests, the writer ends.
        drop(requests);
        end(writer).and(asked)
    })
}

/// Writes what comes in, as the only one who does.
fn write(database: &Database, inbox: mpsc::Receiver<Request>) -> Result<()> {
    let mut connection = database.open()?;
    while let Ok(first) = waiting(|| inbox.recv()) {
        let transaction = database.begin(&mut connection)?;
        // By now the inbox holds what came during the last commit. The bound is for programs whose
        // clients do not wait for an answer: a group has to end at some time.
        let group: Vec<Request> = iter::once(first).chain(inbox.try_iter().take(CLIENTS)).collect();
        for request in &group {
            insert(&transaction, &request.entry)?;
        }
        database.commit(transaction)?;
        // Only now: a row is safe when its group is.
        group.into_iter().for_each(Request::answer);
    }
    Ok(())
}
