//! The links by which threads, tasks and processes hand a token on: pipes and channels.
//!
//! Each link has an end that gives and one that takes. For threads both block; for tasks they are
//! futures. They return whether it went well: it does not once the other end is gone.

use std::{
    io::{self, PipeReader, PipeWriter, Read, Write},
    sync::mpsc,
};

use anyhow::Result;
use async_io::Async;
use futures_lite::{AsyncReadExt, AsyncWriteExt};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// What goes over a link: eight bytes, the size of a pointer to something larger.
pub(crate) type Token = [u8; 8];

/// The token.
pub(crate) const TOKEN: Token = [1; 8];

/// The token that tells a process that it is the last one.
pub(crate) const LAST: Token = [0; 8];

/// Gives tokens to another thread.
pub(super) trait Give: Send + 'static {
    /// Hands the token over, and blocks as long as the link is full.
    fn give(&mut self) -> bool;
}

/// Takes tokens from another thread.
pub(super) trait Take: Send + 'static {
    /// Blocks until there is a token.
    fn take(&mut self) -> bool;
}

/// Gives tokens to another task.
pub(super) trait AsyncGive: Send + 'static {
    /// Hands the token over, and waits as long as the link is full.
    fn give(&mut self) -> impl Future<Output = bool> + Send;
}

/// Takes tokens from another task.
pub(super) trait AsyncTake: Send + 'static {
    /// Waits until there is a token.
    fn take(&mut self) -> impl Future<Output = bool> + Send;
}

impl Give for PipeWriter {
    fn give(&mut self) -> bool {
        self.write_all(&TOKEN).is_ok()
    }
}

impl Take for PipeReader {
    fn take(&mut self) -> bool {
        self.read_exact(&mut Token::default()).is_ok()
    }
}

impl Give for mpsc::SyncSender<Token> {
    fn give(&mut self) -> bool {
        self.send(TOKEN).is_ok()
    }
}

impl Take for mpsc::Receiver<Token> {
    fn take(&mut self) -> bool {
        self.recv().is_ok()
    }
}

impl Give for crossbeam_channel::Sender<Token> {
    fn give(&mut self) -> bool {
        self.send(TOKEN).is_ok()
    }
}

impl Take for crossbeam_channel::Receiver<Token> {
    fn take(&mut self) -> bool {
        self.recv().is_ok()
    }
}

impl AsyncGive for tokio::net::unix::pipe::Sender {
    async fn give(&mut self) -> bool {
        self.write_all(&TOKEN).await.is_ok()
    }
}

impl AsyncTake for tokio::net::unix::pipe::Receiver {
    async fn take(&mut self) -> bool {
        self.read_exact(&mut Token::default()).await.is_ok()
    }
}

impl AsyncGive for Async<PipeWriter> {
    async fn give(&mut self) -> bool {
        self.write_all(&TOKEN).await.is_ok()
    }
}

impl AsyncTake for Async<PipeReader> {
    async fn take(&mut self) -> bool {
        self.read_exact(&mut Token::default()).await.is_ok()
    }
}

impl AsyncGive for tokio::sync::mpsc::Sender<Token> {
    async fn give(&mut self) -> bool {
        self.send(TOKEN).await.is_ok()
    }
}

impl AsyncTake for tokio::sync::mpsc::Receiver<Token> {
    async fn take(&mut self) -> bool {
        self.recv().await.is_some()
    }
}

impl AsyncGive for async_std::channel::Sender<Token> {
    async fn give(&mut self) -> bool {
        self.send(TOKEN).await.is_ok()
    }
}

impl AsyncTake for async_std::channel::Receiver<Token> {
    async fn take(&mut self) -> bool {
        self.recv().await.is_ok()
    }
}

impl AsyncGive for smol::channel::Sender<Token> {
    async fn give(&mut self) -> bool {
        self.send(TOKEN).await.is_ok()
    }
}

impl AsyncTake for smol::channel::Receiver<Token> {
    async fn take(&mut self) -> bool {
        self.recv().await.is_ok()
    }
}

/// Makes a link, the giving end first.
pub(super) type Make<G, T> = fn() -> Result<(G, T)>;

/// A pipe between threads, or between processes.
pub(super) fn pipe() -> Result<(PipeWriter, PipeReader)> {
    let (take, give) = io::pipe()?;
    Ok((give, take))
}

/// A pipe between tasks of tokio.
pub(super) fn tokio_pipe()
-> Result<(tokio::net::unix::pipe::Sender, tokio::net::unix::pipe::Receiver)> {
    Ok(tokio::net::unix::pipe::pipe()?)
}

/// A pipe between tasks of async-std (discontinued) or of smol: both wait by way of async-io.
pub(super) fn async_io_pipe() -> Result<(Async<PipeWriter>, Async<PipeReader>)> {
    let (take, give) = io::pipe()?;
    Ok((Async::new(give)?, Async::new(take)?))
}
