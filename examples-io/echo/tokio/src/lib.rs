//! Serves lines with async on tokio.
//!
//! ```sh
//! cargo run --release -p echo-tokio
//! ```
//!
//! Unlike *sequential*, it spawns a task per connection. A task that waits for its client's next
//! line gives its thread back to the runtime, so a few threads hold as many connections as the
//! limit allows.

use std::{io, net, sync::Arc, time::Duration};

use anyhow::Result;
use echo_workload::{
    Served, Settings,
    asynchronous::{Runtime, Server},
};
use harness::Limits;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time,
};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

/// Serves whoever connects until it is asked to stop, at most `limits.in_flight` at a time.
pub async fn serve(
    listener: net::TcpListener,
    settings: &Settings,
    limits: Limits,
) -> Result<Served> {
    let at_once = settings.at_once(limits);
    let server = Arc::new(Server::new(Tokio::new(listener)?, settings));
    let permits = Arc::new(Semaphore::new(at_once));
    for index in 0.. {
        // A permit bounds the connections: with none left, the next client is not accepted.
        let permit = permits.clone().acquire_owned().await?;
        let Some(stream) = server.accept().await else { break };
        let server = server.clone();
        tokio::spawn(async move {
            server.converse(index, stream).await;
            drop(permit);
        });
    }
    // A task gives its permit back at its end: whoever holds all of them knows that none is left.
    for _ in 0..at_once {
        permits.acquire().await?.forget();
    }
    Ok(server.served())
}

/// tokio's socket and timers.
struct Tokio(TcpListener);

impl Tokio {
    fn new(listener: net::TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener).map(Self)
    }
}

impl Runtime for Tokio {
    type Stream = Compat<TcpStream>;

    async fn accept(&self) -> io::Result<Self::Stream> {
        // tokio has read and write traits of its own; `compat` offers the common ones.
        self.0.accept().await.map(|(stream, _)| stream.compat())
    }

    async fn sleep(&self, duration: Duration) {
        time::sleep(duration).await;
    }
}
