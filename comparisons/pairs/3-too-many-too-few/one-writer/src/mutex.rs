//! One connection behind a mutex, and still a commit for each row.

use std::sync::Mutex;

use pair::unit::waiting;
use rusqlite::Result;

use crate::{
    database::Database,
    job::{ROWS, clients, entry},
    rows::insert,
};

/// Has all clients write all of their rows.
pub(crate) fn write_all(database: &Database) -> Result<()> {
    let connection = Mutex::new(database.open()?);
    clients(|client| {
        for number in 0..ROWS {
            // Whoever unlocks the mutex wakes one that waits, so nobody sleeps for too long.
            let mut connection =
                waiting(|| connection.lock()).expect("nobody panics while holding it");
            let transaction = database.begin(&mut connection)?;
            insert(&transaction, &entry(client, number))?;
            database.commit(transaction)?;
        }
        Ok(())
    })
}
