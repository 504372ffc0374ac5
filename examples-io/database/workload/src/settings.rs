//! How transactions are done, and what the tables are called.

use std::{
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

/// How PostgreSQL keeps transactions apart. The cells lock whatever they read, so that the effect
/// is the same at both levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
pub enum Isolation {
    /// Of two that want the same account, the later waits
    ReadCommitted,
    /// Of two that want the same account, the later waits, and then has to start over
    Serializable,
}

/// How transactions are done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The database.
    pub(crate) place: Place,
    /// What the names of this run's tables have that those of no other have.
    pub(crate) run: String,
    /// How long a transaction waits for a lock before it is tried again.
    pub(crate) timeout: Duration,
    /// How often it is tried again.
    pub retries: Retries,
    /// How PostgreSQL keeps transactions apart.
    pub(crate) isolation: Isolation,
    /// Over how many connections, if the user says it.
    pub(crate) connections: Option<usize>,
    /// Whether there is a transaction that writes.
    pub(crate) writes: bool,
    /// All the money that there is, which every audit has to find.
    pub(crate) money: i64,
    /// Whether Ctrl-C ends this run, so that no further transaction begins in this process.
    #[serde(skip)]
    pub(crate) ending: Arc<AtomicBool>,
}

/// How often a transaction is tried again, and after which pauses.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Retries {
    /// How often at most.
    pub(crate) most: u32,
    /// What the pauses follow from.
    pub(crate) seed: u64,
}

impl Settings {
    /// Over how many connections the transactions are made. A server serves many connections at a
    /// time, so each transaction in flight has one. SQLite has one writer, whatever the number of
    /// connections, and any number of readers.
    #[must_use]
    pub fn connections(&self, limits: Limits) -> usize {
        let one_writer = self.writes && matches!(self.place, Place::Sqlite(_));
        let default = if one_writer { 1 } else { limits.in_flight };
        self.connections.unwrap_or(default).min(limits.in_flight)
    }

    /// Has no further transaction begin in this process.
    pub(crate) fn end(&self) {
        // It orders nothing else in memory, so a relaxed operation suffices.
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
