//! What can be seen of a panic.

use std::fmt::{self, Display, Formatter};

/// What whoever waits sees.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// As if all were well.
    Nothing,
    /// A value.
    Error(String),
    /// A panic, which goes on in whoever waits.
    Panic(String),
}

impl Display for Seen {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => write!(formatter, "nothing"),
            Self::Error(error) => write!(formatter, "an error: {error}"),
            Self::Panic(message) => write!(formatter, "a panic: {message}"),
        }
    }
}
