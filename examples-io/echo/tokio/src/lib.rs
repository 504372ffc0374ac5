//! Serves lines with async on tokio.
//!
//! ```sh
//! cargo run --release -p echo-tokio
//! ```
//!
//! Unlike *sequential*, it spawns a task per connection. A task that waits for its client's next
//! line gives its thread back to the runtime, so a few threads hold as many connections as the
//! limit allows.

use std::{net::TcpListener, sync::Arc};

use anyhow::Result;
use echo_workload::{Served, Settings, asynchronous::Server};
use futures_util::stream::{FuturesUnordered, StreamExt};
use harness::Limits;
use runtimes::Tokio;

/// Serves clients until it is asked to stop, at most `limits.in_flight` at a time.
pub async fn serve(listener: TcpListener, settings: &Settings, limits: Limits) -> Result<Served> {
    let at_once = settings.at_once(limits);
    let server = Arc::new(Server::new(listener, settings, Tokio)?);
    settings.open()?;
    let mut open = FuturesUnordered::new();
    for index in 0.. {
        if open.len() == at_once {
            // All places are taken, so the next client waits until a connection has ended.
            open.next().await.transpose()?;
        }
        let Some(stream) = server.accept().await? else { break };
        let server = server.clone();
        open.push(tokio::spawn(async move { server.converse(index, stream).await }));
    }
    // The tasks run whether or not anybody waits. This waits for the last of them.
    while open.next().await.transpose()?.is_some() {}
    Ok(server.served())
}
