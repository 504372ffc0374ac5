//! Makes transfers with async on tokio.
//!
//! ```sh
//! cargo run --release -p database-tokio
//! cargo run --release -p database-tokio -- --grouped
//! ```
//!
//! Unlike *sequential*, it spawns a task per transaction. A task that waits for the server gives
//! its thread back to the runtime, so a few threads hold as many transactions in flight as the
//! limit allows. SQLite is no server: its calls block, so each needs a thread that tokio keeps for
//! blocking calls. [`transfer_all_grouped`] has the tasks ask a single writer instead.

mod grouped;

use std::sync::Arc;

use anyhow::Result;
use database_workload::{Batch, Outcome, Settings, asynchronous};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use harness::Limits;
use runtimes::Tokio;
use tokio::sync::Mutex;

pub use grouped::transfer_all_grouped;

/// Does all transactions, at most `limits.in_flight` at a time.
pub async fn transfer_all(
    batches: &[Batch],
    settings: &Settings,
    limits: Limits,
) -> Result<Vec<Outcome>> {
    // A connection does one transaction at a time, so a lock guards it. To PostgreSQL, each task in
    // flight has its own. SQLite has one writer, so the tasks share one connection and await its
    // lock.
    let connections: Arc<[Mutex<_>]> =
        asynchronous::connections(settings, limits, Tokio)?.map(Mutex::new).collect();
    let retries = settings.retries;
    // The stream spawns a task whenever it is asked for the next one.
    let tasks = stream::iter(batches).map(|batch| {
        let (connections, batch) = (connections.clone(), batch.clone());
        tokio::spawn(async move {
            let (connections, batch) = (&connections, &batch);
            let attempt = |attempt: usize| async move {
                // Retry over the next connection, since this one may be gone for good.
                let connection = &connections[(batch.index + attempt) % connections.len()];
                connection.lock().await.attempt(batch).await
            };
            asynchronous::transact(batch, retries, Tokio, attempt).await
        })
    });
    // `buffered` holds at most `in_flight` tasks at a time, and yields results in input order. On
    // an early return the stream drops the tasks' handles, but tokio lets the tasks go on.
    Ok(tasks.buffered(limits.in_flight).try_collect().await?)
}
