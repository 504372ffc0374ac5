//! Checksums files on a crew of threads that is fed through a crossbeam channel.
//!
//! ```sh
//! cargo run --release -p files-crossbeam
//! ```
//!
//! Unlike *threads*, where each thread helps itself, here the files come to the crew through a
//! channel, as they would from a walk through the tree that finds them one by one. The channel is
//! bounded: a walk that is faster than the crew has to wait, instead of filling the memory.

use std::thread;

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, bounded, unbounded};
use files_workload::{Entry, Outcome, checksum};
use harness::Limits;

/// Checksums all files, at most `limits.in_flight` at a time.
pub fn checksum_all(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
    let (send_entry, next_entry) = bounded::<&Entry>(limits.in_flight);
    let (send_outcome, outcomes) = unbounded();
    let read = |next_entry: Receiver<&Entry>| {
        // Unlike std's, a crossbeam channel may have many receivers: each file goes to one of them.
        for entry in next_entry {
            let outcome = checksum(entry);
            send_outcome.send((entry.index, outcome)).expect("the results are still wanted");
        }
    };
    // The scope ends when all its threads have, so they may borrow the entries.
    thread::scope(|scope| {
        for _ in 0..limits.in_flight.min(entries.len()) {
            let next_entry = next_entry.clone();
            let thread = thread::Builder::new().spawn_scoped(scope, || read(next_entry));
            thread.context("cannot start so many threads")?;
        }
        // With this receiver gone, only the threads have one. Sending fails if none of them is left:
        // then all have panicked, which the scope passes on.
        drop(next_entry);
        let _ = entries.iter().try_for_each(|entry| send_entry.send(entry));
        // A closed channel tells the threads that no more files will come.
        drop(send_entry);
        anyhow::Ok(())
    })?;
    // They came in as the threads finished them; the results go out in input order.
    let mut done: Vec<_> = outcomes.try_iter().collect();
    done.sort_unstable_by_key(|&(index, _)| index);
    Ok(done.into_iter().map(|(_, outcome)| outcome).collect())
}
