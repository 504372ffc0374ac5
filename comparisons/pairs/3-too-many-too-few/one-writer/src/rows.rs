//! Transactions, from their beginning to their end.

use std::sync::atomic::Ordering::Relaxed;

use pair::unit::waiting;
use rusqlite::{Connection, Result, Transaction, TransactionBehavior};

use crate::database::Database;

impl Database {
    /// Begins a transaction that writes, and waits until no other one does.
    pub(crate) fn begin<'c>(&self, connection: &'c mut Connection) -> Result<Transaction<'c>> {
        self.asked.fetch_add(1, Relaxed);
        // `IMMEDIATE` takes the lock here, where waiting for it is possible. A transaction that
        // first reads and then writes may fail at once instead.
        waiting(|| connection.transaction_with_behavior(TransactionBehavior::Immediate))
    }

    /// Ends a transaction. Its rows are safe then.
    pub(crate) fn commit(&self, transaction: Transaction<'_>) -> Result<()> {
        self.commits.fetch_add(1, Relaxed);
        transaction.commit()
    }

    /// How many different entries there are.
    pub(crate) fn entries(&self) -> Result<usize> {
        let connection = self.open()?;
        let mut select = connection.prepare("SELECT DISTINCT entry FROM entries")?;
        let entries: Result<Vec<String>> = select.query_map([], |row| row.get(0))?.collect();
        Ok(entries?.len())
    }
}

/// Writes one row.
pub(crate) fn insert(transaction: &Transaction<'_>, entry: &str) -> Result<()> {
    transaction.prepare_cached("INSERT INTO entries VALUES (?1)")?.execute([entry])?;
    Ok(())
}
