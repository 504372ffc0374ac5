//! Serves lines with async on smol.
//!
//! ```sh
//! cargo run --release -p echo-smol
//! ```
//!
//! Unlike *sequential*, it spawns a task per connection. A task that waits for its client's next
//! line gives its thread back to the executor, so a few threads hold as many connections as the
//! limit allows.

use std::{net::TcpListener, sync::Arc};

use anyhow::Result;
use echo_workload::{Served, Settings, asynchronous::Server};
use harness::Limits;
use runtimes::Smol;
use smol::{Executor, lock::Semaphore};

/// The executor, which runs its tasks on whichever threads are lent to it.
pub static EXECUTOR: Executor = Executor::new();

/// Serves whoever connects until it is asked to stop, at most `limits.in_flight` at a time.
pub async fn serve(listener: TcpListener, settings: &Settings, limits: Limits) -> Result<Served> {
    let at_once = settings.at_once(limits);
    let server = Arc::new(Server::new(listener, settings, Smol)?);
    let permits = Arc::new(Semaphore::new(at_once));
    for index in 0.. {
        // A permit bounds the connections: with none left, the next client is not accepted.
        let permit = permits.acquire_arc().await;
        let Some(stream) = server.accept().await else { break };
        let server = server.clone();
        let task = EXECUTOR.spawn(async move {
            server.converse(index, stream).await;
            drop(permit);
        });
        // A task that is dropped is cancelled, unlike tokio's; detached, it runs to its end.
        task.detach();
    }
    // A task gives its permit back at its end: whoever holds all of them knows that none is left.
    for _ in 0..at_once {
        permits.acquire().await.forget();
    }
    Ok(server.served())
}
