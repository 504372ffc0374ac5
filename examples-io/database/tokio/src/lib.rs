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

use std::sync::Arc;

use anyhow::Result;
use database_workload::{Batch, Outcome, Settings, asynchronous::Pool};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use harness::Limits;
use runtimes::Tokio;

/// Does all transactions, at most `limits.in_flight` at a time.
pub async fn transfer_all(
    batches: &[Batch],
    settings: &Settings,
    limits: Limits,
) -> Result<Vec<Outcome>> {
    let pool = Arc::new(Pool::new(settings, Tokio));
    // The stream spawns a task whenever it is asked for the next one.
    let tasks = stream::iter(batches).map(|batch| {
        let (pool, batch) = (pool.clone(), batch.clone());
        tokio::spawn(async move { pool.transact(&batch).await })
    });
    // It is asked for no more tasks than the limit before the first of them has ended, and their
    // results come in the order of the batches.
    // On an early return the stream is dropped, and with it the handles; but tokio lets the
    // tasks behind them go on.
    Ok(tasks.buffered(limits.in_flight).try_collect().await?)
}
