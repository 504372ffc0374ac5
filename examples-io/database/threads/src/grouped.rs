//! The gain on SQLite: a writer that commits all waiting transactions as a group.

use std::{
    io, iter,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    thread,
};

use anyhow::{Context, Result};
use database_workload::{
    Batch, Outcome, Settings, Verdicts,
    blocking::{self, Connection},
};
use harness::{Limits, unit};

/// A transaction, and where to send its outcome.
type Request<'a> = (&'a Batch, Sender<Verdicts>);

/// Does all transactions, at most `limits.in_flight` at a time, over one connection, whose thread
/// commits all waiting transactions together.
pub fn transfer_all_grouped(
    batches: &[Batch],
    settings: &Settings,
    limits: Limits,
) -> Result<Vec<Outcome>> {
    let (ask, requests) = mpsc::channel();
    let next = AtomicUsize::new(0);
    let transact = |ask: Sender<_>| {
        let mut transacted = Vec::new();
        while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = blocking::transact(batch, settings.retries, |_attempt| {
                let (reply, verdicts) = mpsc::channel();
                ask.send((batch, reply)).expect("the writer ends after those who ask");
                // The answer comes after the commit, so nobody hears of success too early.
                unit::waiting(|| verdicts.recv()).expect("the writer answers everybody")
            });
            transacted.push((batch.index, outcome));
        }
        transacted
    };
    let mut transacted = Vec::with_capacity(batches.len());
    thread::scope(|scope| {
        thread::Builder::new()
            .spawn_scoped(scope, || write(requests, Connection::new(settings)))
            .context("cannot start a thread")?;
        let threads: Vec<_> = (0..limits.in_flight.min(batches.len()))
            .map(|_| {
                let ask = ask.clone();
                thread::Builder::new().spawn_scoped(scope, || transact(ask))
            })
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        // From here on only the threads can ask, so the writer ends after the last of them.
        drop(ask);
        for thread in threads {
            transacted.extend(thread.join().expect("no transaction panics"));
        }
        anyhow::Ok(())
    })?;
    transacted.sort_unstable_by_key(|&(index, _)| index);
    Ok(transacted.into_iter().map(|(_, outcome)| outcome).collect())
}

/// Answers requests until nobody is left to ask.
fn write(requests: Receiver<Request>, mut connection: Connection) {
    while let Ok(first) = requests.recv() {
        // While a group is being committed, others arrive and form the next group. So the slower a
        // commit, the more transactions share it.
        let group = iter::once(first).chain(requests.try_iter());
        let (batches, replies): (Vec<_>, Vec<_>) = group.unzip();
        for (reply, verdicts) in replies.into_iter().zip(connection.attempt_group(&batches)) {
            // If the thread that asked has panicked, nobody is left to be told.
            let _ = reply.send(verdicts);
        }
    }
}
