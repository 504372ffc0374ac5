//! The gain on SQLite: a writer that commits all waiting transactions as a group.

use anyhow::Result;
use database_workload::{Batch, Outcome, Settings, Verdicts, asynchronous, blocking::Connection};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use harness::Limits;
use runtimes::Tokio;
use tokio::{
    sync::{
        mpsc::{self, Receiver},
        oneshot,
    },
    task,
};

/// A transaction, and where to send its outcome.
type Request = (Batch, oneshot::Sender<Verdicts>);

/// Does all transactions, at most `limits.in_flight` at a time, over one connection, whose thread
/// commits all waiting transactions together.
pub async fn transfer_all_grouped(
    batches: &[Batch],
    settings: &Settings,
    limits: Limits,
) -> Result<Vec<Outcome>> {
    let (ask, requests) = mpsc::channel::<Request>(limits.in_flight);
    let connection = Connection::new(settings);
    // SQLite's calls block, so the writer takes a thread for blocking calls, and keeps it to the
    // end.
    let writer = task::spawn_blocking(move || write(requests, connection, limits));
    let retries = settings.retries;
    let tasks = stream::iter(batches).map(|batch| {
        let (ask, batch) = (ask.clone(), batch.clone());
        tokio::spawn(async move {
            let (ask, batch) = (&ask, &batch);
            let attempt = |_attempt| async move {
                let (reply, verdicts) = oneshot::channel();
                let asked = ask.send((batch.clone(), reply)).await;
                asked.expect("the writer ends after those who ask");
                // The answer comes after the commit, so nobody hears of success too early.
                verdicts.await.expect("the writer answers everybody")
            };
            asynchronous::transact(batch, retries, Tokio, attempt).await
        })
    });
    let outcomes = tasks.buffered(limits.in_flight).try_collect().await;
    // Nobody is left who could ask, so the writer ends.
    drop(ask);
    writer.await?;
    Ok(outcomes?)
}

/// Answers requests until nobody is left to ask.
fn write(mut requests: Receiver<Request>, mut connection: Connection, limits: Limits) {
    let mut group = Vec::with_capacity(limits.in_flight);
    // While a group is being committed, others arrive and form the next group. So the slower a
    // commit, the more transactions share it.
    while requests.blocking_recv_many(&mut group, limits.in_flight) > 0 {
        let (batches, replies): (Vec<_>, Vec<_>) = group.drain(..).unzip();
        for (reply, verdicts) in replies.into_iter().zip(connection.attempt_group(&batches)) {
            // If the task that asked has been cancelled, nobody is left to be told.
            let _ = reply.send(verdicts);
        }
    }
}
