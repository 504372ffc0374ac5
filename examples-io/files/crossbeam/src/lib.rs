//! Checksums files on a crew of threads that is fed through a crossbeam channel.
//!
//! ```sh
//! cargo run --release -p files-crossbeam
//! ```
//!
//! Unlike *threads*, where each thread helps itself, here batches of files come to the crew through a
//! channel, as they would from a walk through the tree that finds one folder after the other. The
//! channel is bounded: a walk that is faster than the crew has to wait, instead of filling the memory.

use std::thread;

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, bounded};
use files_workload::{Entry, Outcome, checksum};
use harness::Limits;

/// How many batches each thread is sent on average: enough for all to be done at about the same time,
/// though the files differ in size.
const BATCHES: usize = 4;

/// Checksums all files, at most `limits.in_flight` at a time.
pub fn checksum_all(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
    let mut outcomes = vec![None; entries.len()];
    let threads = limits.in_flight.min(entries.len());
    let (send, queue) = bounded(threads);
    let read = |queue: Receiver<(&[Entry], &mut [Option<Outcome>])>| {
        // Unlike std's, a crossbeam channel may have many receivers: each batch goes to one of them.
        for (entries, outcomes) in queue {
            for (entry, outcome) in entries.iter().zip(outcomes) {
                *outcome = Some(checksum(entry));
            }
        }
    };
    // The scope ends when all its threads have, so they may borrow the entries and the outcomes.
    thread::scope(|scope| {
        for _ in 0..threads {
            let queue = queue.clone();
            let thread = thread::Builder::new().spawn_scoped(scope, || read(queue));
            thread.context("cannot start so many threads")?;
        }
        // With this receiver gone, only the threads have one. Sending fails if none of them is left:
        // then all have panicked, which the scope passes on.
        drop(queue);
        // To send a file takes about as long as to read it, and a batch takes no longer to send. With
        // it go the places for its outcomes: so the results are in input order.
        let size = (entries.len() / (BATCHES * threads).max(1)).max(1);
        let mut batches = entries.chunks(size).zip(outcomes.chunks_mut(size));
        let _ = batches.try_for_each(|batch| send.send(batch));
        // A closed channel tells the threads that no more files will come.
        drop(send);
        anyhow::Ok(())
    })?;
    Ok(outcomes.into_iter().map(|outcome| outcome.expect("every file was sent")).collect())
}
