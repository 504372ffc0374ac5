//! What is relayed.

use std::io;

/// How many messages are sent.
pub(crate) const MESSAGES: usize = 5;
/// The bytes of each.
pub(crate) const LENGTH: usize = 8;
/// How many of them a wire moves at a time.
pub(crate) const PIECE: usize = 2;

/// Which of two raced futures has won.
pub(crate) enum Won {
    /// A message has been relayed.
    Relay,
    /// It was time for something else.
    Tick,
}

/// All messages, one behind the other. No two of their bytes are alike, so that each byte can be
/// looked for afterwards.
pub(crate) fn sent() -> Vec<u8> {
    (0..).take(MESSAGES * LENGTH).collect()
}

/// Which message this is, if it is one.
pub(crate) fn index_of(message: &[u8]) -> Option<usize> {
    sent().chunks(LENGTH).position(|sent| sent == message)
}

/// A read or a write of no bytes: there are no more.
pub(crate) fn some(bytes: usize) -> io::Result<usize> {
    if bytes == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(bytes) }
}

/// The relay ends, with this many ticks, because the source has.
pub(crate) fn end(ticks: usize, error: &io::Error) -> usize {
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "wires in memory do not fail");
    ticks
}
