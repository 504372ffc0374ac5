//! Serves lines with async on async-std, which is discontinued: start nothing new on it.
//!
//! ```sh
//! cargo run --release -p echo-async-std
//! ```
//!
//! Unlike *sequential*, it spawns a task per connection. A task that waits for its client's next
//! line gives its thread back to the runtime, so a few threads hold as many connections as the
//! limit allows.

use std::{net::TcpListener, sync::Arc};

use anyhow::Result;
use async_std::{channel, task};
use echo_workload::{Served, Settings, asynchronous::Server};
use harness::Limits;
use runtimes::AsyncStd;

/// Serves whoever connects until it is asked to stop, at most `limits.in_flight` at a time.
pub async fn serve(listener: TcpListener, settings: &Settings, limits: Limits) -> Result<Served> {
    let at_once = settings.at_once(limits);
    let server = Arc::new(Server::new(listener, settings, AsyncStd)?);
    // async-std has no semaphore; a channel that holds as many permits as it has places is one.
    let (permits, returned) = channel::bounded(at_once);
    for index in 0.. {
        // A permit bounds the connections: with none left, the next client is not accepted.
        permits.send(()).await?;
        let Some(stream) = server.accept().await else { break };
        let (server, returned) = (server.clone(), returned.clone());
        task::spawn(async move {
            server.converse(index, stream).await;
            returned.try_recv().expect("the task's own permit is in the channel");
        });
    }
    // The permit for which no client came.
    returned.try_recv()?;
    // A task gives its permit back at its end: whoever holds all of them knows that none is left.
    for _ in 0..at_once {
        permits.send(()).await?;
    }
    Ok(server.served())
}
