//! How transactions are done, and the names of the tables.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use clap::ValueEnum;
use harness::Limits;
use serde::{Deserialize, Serialize};

use crate::place::Place;

/// How PostgreSQL isolates transactions. The cells lock everything that they read, so the effect is
/// the same at both levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
pub enum Isolation {
    /// If two transactions want the same account, the later one waits
    ReadCommitted,
    /// If two transactions want the same account, the later one waits, then starts over
    Serializable,
}

/// How transactions are done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The database.
    pub(crate) place: Place,
    /// The unique part of the names of this run's tables.
    pub(crate) run: String,
    /// How long a transaction waits for a lock before it starts over.
    pub(crate) timeout: Duration,
    /// How often it is retried.
    pub retries: Retries,
    /// How PostgreSQL isolates transactions.
    pub(crate) isolation: Isolation,
    /// The number of connections, if the user says it.
    pub(crate) connections: Option<usize>,
    /// Whether there is a transaction that writes.
    pub(crate) writes: bool,
    /// All the money, which every audit must find.
    pub(crate) money: i64,
    /// Whether Ctrl-C ends this run, so that no further transaction begins in this process.
    #[serde(skip)]
    pub(crate) ending: Arc<AtomicBool>,
}

/// How often a transaction is retried, and after which pauses.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Retries {
    /// How often at most.
    pub(crate) most: u32,
    /// The seed of the pauses.
    pub(crate) seed: u64,
}

impl Settings {
    /// The number of connections. A server serves many at a time, so each transaction in flight has
    /// one. SQLite has one writer, whatever the number of connections, and any number of readers.
    #[must_use]
    pub fn connections(&self, limits: Limits) -> usize {
        let one_writer = self.writes && matches!(self.place, Place::Sqlite(_));
        let default = if one_writer { 1 } else { limits.in_flight };
        self.connections.unwrap_or(default).min(limits.in_flight)
    }

    /// The folder of SQLite's file, if one connection at a time suffices: there is something to
    /// write, and the user has not asked for more. Connections of different processes can take turns
    /// by locking it. Locking the file itself might interfere with SQLite's own locks.
    #[must_use]
    pub fn folder_with_one_writer(&self) -> Option<&Path> {
        match &self.place {
            Place::Sqlite(file) if self.writes && self.connections.unwrap_or(1) == 1 => {
                // The parent of a mere name is empty.
                let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
                Some(folder.unwrap_or(Path::new(".")))
            }
            _ => None,
        }
    }

    /// Stops further transactions from beginning in this process.
    pub(crate) fn end(&self) {
        // No other data depends on it, so `Relaxed` ordering suffices.
        self.ending.store(true, Ordering::Relaxed);
    }

    /// The full name of one of this run's tables.
    pub(crate) fn table(&self, name: &str) -> String {
        match self.place {
            Place::Sqlite(_) => format!("meanwhile_{}_{name}", self.run),
            Place::Postgres(_) => format!("{}.{name}", self.schema()),
        }
    }

    /// The schema that holds this run's tables in PostgreSQL.
    pub(crate) fn schema(&self) -> String {
        format!("meanwhile_{}", self.run)
    }

    /// Asks for the number of each account, its balance, and the sum of its entries in the history.
    pub(crate) fn sql_of_accounts(&self) -> String {
        let (accounts, history) = (self.table("accounts"), self.table("history"));
        format!(
            "SELECT account.id, account.balance, CAST(COALESCE(moved.amount, 0) AS bigint)
             FROM {accounts} AS account LEFT JOIN (
                 SELECT id, SUM(amount) AS amount FROM (
                     SELECT credited AS id, amount FROM {history}
                     UNION ALL SELECT debited, -amount FROM {history}
                 ) AS entry GROUP BY id
             ) AS moved ON moved.id = account.id ORDER BY account.id"
        )
    }

    /// Asks for the number of entries in the history.
    pub(crate) fn sql_of_entries(&self) -> String {
        format!("SELECT COUNT(*) FROM {}", self.table("history"))
    }
}
