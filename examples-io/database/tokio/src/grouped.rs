//! The gain on SQLite: a writer that commits those who wait as a group.

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

/// A transaction, and where to send what has come of it.
type Request = (Batch, oneshot::Sender<Verdicts>);

/// Does all transactions, at most `limits.in_flight` at a time, over the one connection of a thread
/// that commits all those that wait in one go.
pub async fn transfer_all_grouped(
    batches: &[Batch],
    settings: &Settings,
    limits: Limits,
) -> Result<Vec<Outcome>> {
    let (ask, requests) = mpsc::channel::<Request>(limits.in_flight);
    let connection = Connection::new(settings);
    // SQLite's calls block, so the writer is a thread for such calls, and keeps it to the end.
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
                // The answer comes after the commit, so nothing is said to be done before it is.
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

/// Does whatever it is asked for, until nobody is left who could ask.
fn write(mut requests: Receiver<Request>, mut connection: Connection, limits: Limits) {
    let mut group = Vec::with_capacity(limits.in_flight);
    // While a group is committed others come to wait, and they are the next group. So the slower a
    // commit is, the more share it.
    while requests.blocking_recv_many(&mut group, limits.in_flight) > 0 {
        let (batches, replies): (Vec<_>, Vec<_>) = group.drain(..).unzip();
        for (reply, verdicts) in replies.into_iter().zip(connection.attempt_group(&batches)) {
            // If whoever asked has been cancelled, nobody is left to be told.
            let _ = reply.send(verdicts);
        }
    }
}
