//! async-std, which is discontinued.

use std::{io, net, time::Duration};

use async_std::{
    net::{TcpListener, TcpStream},
    task,
};

use crate::runtime::Runtime;

/// async-std's sockets and timers, and its threads for calls that block.
#[derive(Clone, Copy, Debug)]
pub struct AsyncStd;

impl Runtime for AsyncStd {
    type Stream = TcpStream;
    type Listener = TcpListener;

    async fn connect(&self, host: &str, port: u16) -> io::Result<Self::Stream> {
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    fn listen(&self, listener: net::TcpListener) -> io::Result<Self::Listener> {
        Ok(listener.into())
    }

    async fn accept(&self, listener: &Self::Listener) -> io::Result<Self::Stream> {
        listener.accept().await.map(|(stream, _)| stream)
    }

    async fn unblock<T: Send + 'static>(&self, call: impl FnOnce() -> T + Send + 'static) -> T {
        task::spawn_blocking(call).await
    }

    async fn sleep(&self, duration: Duration) {
        task::sleep(duration).await;
    }
}
