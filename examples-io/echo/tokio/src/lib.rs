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
use harness::Limits;
use runtimes::Tokio;
use tokio::sync::Semaphore;

/// Serves whoever connects until it is asked to stop, at most `limits.in_flight` at a time.
pub async fn serve(listener: TcpListener, settings: &Settings, limits: Limits) -> Result<Served> {
    let at_once = settings.at_once(limits);
    let server = Arc::new(Server::new(listener, settings, Tokio)?);
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
