//! The faults of a transaction.

use std::error::Error;

use harness::words::plural;
use serde::{Deserialize, Serialize};

/// Why a transaction failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Fault {
    /// The database could not do it now, and asks for a retry: another transaction holds a lock for
    /// too long, or changed what was read, or two wait for each other.
    #[error("{0}")]
    Conflict(String),
    /// The database takes no more connections for now.
    #[error("cannot connect for now: {0}")]
    Full(String),
    /// All attempts failed, the last one for this reason.
    #[error("given up after {}: {reason}", plural(tries, "attempt"))]
    GivenUp {
        /// How many attempts.
        tries: u32,
        /// Why the last one failed.
        reason: String,
    },
    /// The database cannot be reached, but may be back soon: its server is restarting.
    #[error("cannot connect: {0}")]
    Away(String),
    /// The database cannot be used, or has been away for too long.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// The connection ended in the middle.
    #[error("the connection was lost, so nobody knows whether this was committed: {0}")]
    Lost(String),
    /// An audit found too much or too little money.
    #[error("this audit found {found} instead of {expected}")]
    Audit {
        /// The right amount.
        expected: i64,
        /// The amount that it found.
        found: i64,
    },
    /// An account is missing.
    #[error("account {0} is missing")]
    Missing(i64),
    /// The database reports another error.
    #[error("{0}")]
    Database(String),
    /// A worker process failed.
    #[error("{0}")]
    Worker(String),
}

impl Fault {
    /// Whether the same transaction may succeed the next time. If the connection was lost, nobody
    /// knows whether it was committed, but the next attempt asks the history first.
    pub(crate) fn can_pass(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::Full(_) | Self::Lost(_) | Self::Away(_))
    }
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let reason = error.to_string();
        if !text.contains(&reason) {
            text = format!("{text}: {reason}");
        }
        cause = error.source();
    }
    text
}
