//! What units wait for.

use std::fmt;

/// What a unit waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum On {
    /// A moment, such as the end of a sleep or of a pause before another try.
    Timer,
    /// A connection that is being opened.
    Connection,
    /// The beginning of a server's answer, after the connection was there.
    Answer,
    /// The rest of a server's answer.
    Rest,
    /// A server, from the request to the end of the answer, and for a connection if need be.
    Server,
    /// Bytes from a client, or room for bytes to it.
    Client,
    /// A file that is opened or read.
    File,
    /// A lock that another holds.
    Lock,
    /// The end of a transaction.
    Commit,
    /// A call that blocks on another thread.
    Call,
}

impl On {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Timer,
        Self::Connection,
        Self::Answer,
        Self::Rest,
        Self::Server,
        Self::Client,
        Self::File,
        Self::Lock,
        Self::Commit,
        Self::Call,
    ];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Timer => "a timer",
            Self::Connection => "a connection",
            Self::Answer => "the answer",
            Self::Rest => "the rest of the answer",
            Self::Server => "the server",
            Self::Client => "the client",
            Self::File => "a file",
            Self::Lock => "a lock",
            Self::Commit => "the commit",
            Self::Call => "a call on another thread",
        }
    }

    /// The one that is called so.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|on| on.name() == name)
    }
}

impl fmt::Display for On {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
