//! tokio. It has read and write traits of its own; `compat` offers the common ones.

use std::{io, net, panic, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    task, time,
};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

use crate::runtime::Runtime;

/// tokio's sockets and timers, and its threads for calls that block.
#[derive(Clone, Copy, Debug)]
pub struct Tokio;

impl Runtime for Tokio {
    type Stream = Compat<TcpStream>;
    type Listener = TcpListener;

    async fn connect(&self, host: &str, port: u16) -> io::Result<Self::Stream> {
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        Ok(stream.compat())
    }

    fn listen(&self, listener: net::TcpListener) -> io::Result<Self::Listener> {
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener)
    }

    async fn accept(&self, listener: &Self::Listener) -> io::Result<Self::Stream> {
        listener.accept().await.map(|(stream, _)| stream.compat())
    }

    async fn unblock<T: Send + 'static>(&self, call: impl FnOnce() -> T + Send + 'static) -> T {
        let done = task::spawn_blocking(call).await;
        done.unwrap_or_else(|error| panic::resume_unwind(error.into_panic()))
    }

    async fn sleep(&self, duration: Duration) {
        time::sleep(duration).await;
    }
}
