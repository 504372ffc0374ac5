//! A runtime's socket, as hyper reads and writes it.
//!
//! hyper offers memory that nobody has written to yet, and safe code can fill such memory only by
//! copying into it. The alternative, which [smol-hyper](https://docs.rs/smol-hyper) takes, is to
//! fill all of it with zeros before each attempt to read, also if nothing has arrived.

use std::{
    cell::RefCell,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_io::{AsyncRead, AsyncWrite};
use hyper::rt::{Read, ReadBufCursor, Write};

/// The most bytes that are read at a time.
const MOST: usize = 16 * 1024;

thread_local! {
    /// The memory that a thread reads into before it copies from there. It is free again when an
    /// attempt to read ends, so all of the thread's sockets share it.
    static BUFFER: RefCell<[u8; MOST]> = const { RefCell::new([0; MOST]) };
}

/// A socket for hyper.
pub(crate) struct Socket<S>(pub(crate) S);

impl<S: AsyncRead + Unpin> Read for Socket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut into: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        BUFFER.with_borrow_mut(|buffer| {
            let room = buffer.len().min(into.remaining());
            let read = ready!(Pin::new(&mut self.0).poll_read(context, &mut buffer[..room]))?;
            into.put_slice(&buffer[..read]);
            Poll::Ready(Ok(()))
        })
    }
}

impl<S: AsyncWrite + Unpin> Write for Socket<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(context)
    }
}
