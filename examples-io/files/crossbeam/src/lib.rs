//! Checksums files on a fixed set of threads, fed through a crossbeam channel.
//!
//! ```sh
//! cargo run --release -p files-crossbeam
//! ```
//!
//! Unlike *threads*, where each thread takes the next file itself, here a channel hands out batches
//! of files, as if they came from a walk through the tree, folder by folder. The channel is
//! bounded, so a walk that is faster than the threads waits instead of filling the memory.

use std::thread;

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, bounded};
use files_workload::{Entry, Outcome, checksum};
use harness::Limits;

/// How many batches each thread gets on average: enough for all threads to finish at about the same
/// time, though the files differ in size.
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
    // The scope waits for all its threads, so they may borrow the entries and the outcomes.
    thread::scope(|scope| {
        for _ in 0..threads {
            let queue = queue.clone();
            let thread = thread::Builder::new().spawn_scoped(scope, || read(queue));
            thread.context("cannot start so many threads")?;
        }
        // Now only the threads have a receiver. Sending fails only if all of them have panicked,
        // and the scope passes the panic on.
        drop(queue);
        // Sending a file takes about as long as reading it, and sending a batch takes no longer.
        // Each batch takes along the places for its outcomes, so the results are in input order.
        let size = (entries.len() / (BATCHES * threads).max(1)).max(1);
        let mut batches = entries.chunks(size).zip(outcomes.chunks_mut(size));
        let _ = batches.try_for_each(|batch| send.send(batch));
        // A closed channel tells the threads that no more files will come.
        drop(send);
        anyhow::Ok(())
    })?;
    Ok(outcomes.into_iter().map(|outcome| outcome.expect("every file was sent")).collect())
}
