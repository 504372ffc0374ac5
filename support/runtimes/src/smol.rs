//! smol.

use std::{io, net, time::Duration};

use smol::{
    Timer,
    net::{TcpListener, TcpStream},
};

use crate::runtime::Runtime;

/// smol's sockets and timers, and its threads for calls that block.
#[derive(Clone, Copy, Debug)]
pub struct Smol;

impl Runtime for Smol {
    type Stream = TcpStream;
    type Listener = TcpListener;

    async fn connect(&self, host: &str, port: u16) -> io::Result<Self::Stream> {
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    fn listen(&self, listener: net::TcpListener) -> io::Result<Self::Listener> {
        listener.try_into()
    }

    async fn accept(&self, listener: &Self::Listener) -> io::Result<Self::Stream> {
        listener.accept().await.map(|(stream, _)| stream)
    }

    async fn unblock<T: Send + 'static>(&self, call: impl FnOnce() -> T + Send + 'static) -> T {
        smol::unblock(call).await
    }

    async fn sleep(&self, duration: Duration) {
        Timer::after(duration).await;
    }
}
