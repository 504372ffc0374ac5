//! Makes transfers with async on async-std, which is discontinued: start nothing new on it.
//!
//! ```sh
//! cargo run --release -p database-async-std
//! ```
//!
//! Unlike *sequential*, it spawns a task per transaction. A task that waits for the server gives
//! its thread back to the runtime, so a few threads hold as many transactions in flight as the
//! limit allows. SQLite is no server: its calls block, and each of them needs a thread after all,
//! one of those that async-std keeps for such calls.

use std::{io, sync::Arc, time::Duration};

use anyhow::Result;
use async_std::{channel, net::TcpStream, task};
use database_workload::{
    Batch, Outcome, Settings,
    asynchronous::{Pool, Runtime},
};
use harness::Limits;
use tokio_util::compat::{Compat, FuturesAsyncReadCompatExt};

/// Does all transactions, at most `limits.in_flight` at a time.
pub async fn transfer_all(
    batches: &[Batch],
    settings: &Settings,
    limits: Limits,
) -> Result<Vec<Outcome>> {
    let pool = Arc::new(Pool::new(settings, AsyncStd));
    // async-std has no semaphore; a channel that holds as many permits as it has places is one.
    let (permits, returned) = channel::bounded(limits.in_flight);
    let mut tasks = Vec::with_capacity(batches.len());
    for batch in batches {
        // A permit bounds the transactions in flight: with none left, no further task is spawned.
        permits.send(()).await?;
        let (pool, returned, batch) = (pool.clone(), returned.clone(), batch.clone());
        tasks.push(task::spawn(async move {
            let outcome = pool.transact(&batch).await;
            returned.try_recv().expect("the task's own permit is in the channel");
            outcome
        }));
    }
    // The tasks run whether or not anybody waits for them; here their results are put in order.
    let mut outcomes = Vec::with_capacity(batches.len());
    for task in tasks {
        outcomes.push(task.await);
    }
    Ok(outcomes)
}

/// async-std's sockets and timers, and its threads for calls that block.
struct AsyncStd;

impl Runtime for AsyncStd {
    type Stream = Compat<TcpStream>;

    async fn connect(&self, host: &str, port: u16) -> io::Result<Self::Stream> {
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        // The client is made for tokio's read and write traits; `compat` offers them.
        Ok(stream.compat())
    }

    async fn unblock<T: Send + 'static>(&self, call: impl FnOnce() -> T + Send + 'static) -> T {
        task::spawn_blocking(call).await
    }

    async fn sleep(&self, duration: Duration) {
        task::sleep(duration).await;
    }
}
