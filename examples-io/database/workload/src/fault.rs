//! What may go wrong with a transaction.

use std::error::Error;

use serde::{Deserialize, Serialize};

/// Why a transaction failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Fault {
    /// The database could not do it now, and asks for another attempt: somebody else holds a lock
    /// for too long, or changed what was read, or each of two waits for the other.
    #[error("{0}")]
    Conflict(String),
    /// The database takes no more connections for now.
    #[error("cannot connect for now: {0}")]
    Full(String),
    /// So many attempts were in vain, the last for this reason.
    #[error("given up after {tries} attempts: {reason}")]
    GivenUp {
        /// How many.
        tries: u32,
        /// What was wrong with the last.
        reason: String,
    },
    /// The database cannot be reached, and may be back soon: a server that is restarted.
    #[error("cannot connect: {0}")]
    Away(String),
    /// The database cannot be used, or has been away for too long.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// The connection ended in the middle.
    #[error("the connection was lost, and with it whether this was committed: {0}")]
    Lost(String),
    /// An audit has not found the money that has to be there.
    #[error("there is {expected}, and this audit found {found}")]
    Audit {
        /// What has to be there.
        expected: i64,
        /// What it found.
        found: i64,
    },
    /// An account is not there.
    #[error("account {0} is not there")]
    Missing(i64),
    /// The database refuses something else.
    #[error("{0}")]
    Database(String),
    /// A worker process failed.
    #[error("{0}")]
    Worker(String),
}

impl Fault {
    /// Whether the same transaction may well succeed the next time. Where the connection was lost,
    /// nobody knows whether it was committed; but the next attempt asks the history first.
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
