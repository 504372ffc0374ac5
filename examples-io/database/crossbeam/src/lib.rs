//! Makes transfers on a fixed set of threads, fed through a crossbeam channel.
//!
//! ```sh
//! cargo run --release -p database-crossbeam
//! ```
//!
//! Unlike *threads*, where each thread takes the next batch itself, here a channel hands out the
//! batches, as if clients sent them one by one. The channel is bounded, so clients that are faster
//! than the database wait instead of filling the memory.

use std::{io, sync::Mutex, thread};

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, bounded};
use database_workload::{Batch, Outcome, Settings, blocking};
use harness::{Limits, unit};

/// Does all transactions, at most `limits.in_flight` at a time.
pub fn transfer_all(
    batches: &[Batch],
    settings: &Settings,
    limits: Limits,
) -> Result<Vec<Outcome>> {
    // A connection does one transaction at a time, so a lock guards it. To PostgreSQL, each thread
    // has its own. SQLite has one writer, so the threads share one connection and wait for its
    // lock.
    let connections: Vec<_> = blocking::connections(settings, limits).map(Mutex::new).collect();
    let (send_batch, next_batch) = bounded::<&Batch>(limits.in_flight);
    let transact = |thread: usize, next_batch: Receiver<&Batch>| {
        let mut transacted = Vec::new();
        // Unlike std's, a crossbeam channel may have many receivers: each batch goes to one of them.
        for batch in next_batch {
            let outcome = blocking::transact(batch, settings.retries, |attempt| {
                // Retry over the next connection, since this one may be gone for good.
                let connection = &connections[(thread + attempt) % connections.len()];
                let locked = unit::waiting(|| connection.lock());
                locked.expect("no transaction panics").attempt(batch)
            });
            transacted.push((batch.index, outcome));
        }
        transacted
    };
    let transact = &transact;
    let mut transacted = Vec::with_capacity(batches.len());
    // The scope waits for all its threads, so they may borrow the batches and the settings.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..limits.in_flight.min(batches.len()))
            .map(|thread| (thread, next_batch.clone()))
            .map(|(thread, next_batch)| {
                thread::Builder::new().spawn_scoped(scope, move || transact(thread, next_batch))
            })
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        // Now only the threads have a receiver. Sending fails only if all of them have panicked,
        // and the scope passes the panic on.
        drop(next_batch);
        let _ = batches.iter().try_for_each(|batch| send_batch.send(batch));
        // A closed channel tells the threads that no more batches will come.
        drop(send_batch);
        for thread in threads {
            transacted.extend(thread.join().expect("no transaction panics"));
        }
        anyhow::Ok(())
    })?;
    // The results arrived as the threads finished. Sort them into input order.
    transacted.sort_unstable_by_key(|&(index, _)| index);
    Ok(transacted.into_iter().map(|(_, outcome)| outcome).collect())
}
