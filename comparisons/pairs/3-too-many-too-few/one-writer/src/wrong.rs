//! A connection for each client, and a commit for each row.

use rusqlite::Result;

use crate::{
    database::Database,
    job::{ROWS, clients, entry},
    rows::insert,
};

/// Has all clients write all of their rows.
pub(crate) fn write_all(database: &Database) -> Result<()> {
    clients(|client| {
        let mut connection = database.open()?;
        for number in 0..ROWS {
            // While another connection is writing, this one sleeps, asks again, sleeps for longer.
            // Nobody wakes it when the file is free, and there is no queue.
            let transaction = database.begin(&mut connection)?;
            insert(&transaction, &entry(client, number))?;
            database.commit(transaction)?;
        }
        Ok(())
    })
}
