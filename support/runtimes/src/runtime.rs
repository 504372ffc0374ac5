//! What the three runtimes have in common.

use std::{io, net, time::Duration};

use futures_io::{AsyncRead, AsyncWrite};

/// What a client or a server needs of a runtime.
pub trait Runtime: Send + Sync + 'static {
    /// A connection over TCP.
    type Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static;
    /// A socket that connections come in at.
    type Listener: Send + Sync + 'static;

    /// Connects to a host, given by its name or address, and has small messages leave at once.
    ///
    /// # Errors
    /// The host is not known, or does not take the connection.
    fn connect(
        &self,
        host: &str,
        port: u16,
    ) -> impl Future<Output = io::Result<Self::Stream>> + Send;

    /// Takes over a socket that listens already.
    ///
    /// # Errors
    /// The runtime cannot wait for it.
    fn listen(&self, listener: net::TcpListener) -> io::Result<Self::Listener>;

    /// Waits for a connection.
    ///
    /// # Errors
    /// The connection is gone again, or there is no file descriptor for it.
    fn accept(
        &self,
        listener: &Self::Listener,
    ) -> impl Future<Output = io::Result<Self::Stream>> + Send;

    /// Makes a call that blocks, on a thread that the runtime keeps for such calls. A panic in it
    /// goes on in the caller.
    fn unblock<T: Send + 'static>(
        &self,
        call: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = T> + Send;

    /// Waits this long.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}
