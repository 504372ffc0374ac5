//! Makes transfers with async on tokio.
//!
//! ```sh
//! cargo run --release -p database-tokio
//! ```
//!
//! Unlike *sequential*, it spawns a task per transaction. A task that waits for the server gives
//! its thread back to the runtime, so a few threads hold as many transactions in flight as the
//! limit allows. SQLite is no server: its calls block, and each of them needs a thread after all,
//! one of those that tokio keeps for such calls.

use std::{io, sync::Arc, time::Duration};

use anyhow::Result;
use database_workload::{
    Batch, Outcome, Settings,
    asynchronous::{Pool, Runtime},
};
use harness::Limits;
use tokio::{net::TcpStream, sync::Semaphore, task, time};

/// Does all transactions, at most `limits.in_flight` at a time.
pub async fn transfer_all(
    batches: &[Batch],
    settings: &Settings,
    limits: Limits,
) -> Result<Vec<Outcome>> {
    let pool = Arc::new(Pool::new(settings, Tokio));
    let permits = Arc::new(Semaphore::new(limits.in_flight));
    let mut tasks = Vec::with_capacity(batches.len());
    for batch in batches {
        // A permit bounds the transactions in flight: with none left, no further task is spawned.
        let permit = permits.clone().acquire_owned().await?;
        let (pool, batch) = (pool.clone(), batch.clone());
        tasks.push(tokio::spawn(async move {
            let outcome = pool.transact(&batch).await;
            drop(permit);
            outcome
        }));
    }
    // The tasks run whether or not anybody waits for them; here their results are put in order.
    let mut outcomes = Vec::with_capacity(batches.len());
    for task in tasks {
        outcomes.push(task.await?);
    }
    Ok(outcomes)
}

/// tokio's sockets and timers, and its threads for calls that block.
struct Tokio;

impl Runtime for Tokio {
    type Stream = TcpStream;

    async fn connect(&self, host: &str, port: u16) -> io::Result<Self::Stream> {
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    async fn unblock<T: Send + 'static>(&self, call: impl FnOnce() -> T + Send + 'static) -> T {
        task::spawn_blocking(call).await.expect("no transaction panics")
    }

    async fn sleep(&self, duration: Duration) {
        time::sleep(duration).await;
    }
}
