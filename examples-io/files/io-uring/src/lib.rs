//! Checksums files with async through `io_uring`, on the runtime compio.
//!
//! ```sh
//! cargo run --release -p files-io-uring
//! cargo run --release -p files-io-uring -- --cold --workers 1
//! ```
//!
//! Unlike *sequential*, it tells the kernel which files to open and which parts of them to read,
//! and goes on; the kernel reports what is done. So a future can wait for a file as for a socket,
//! and one thread holds as many files in flight as the limit allows, without a pool. This cell is
//! longer than the other async cells: each thread starts its own runtime, where `main` starts
//! theirs, and it needs its own loop over the chunks, because the shared one makes blocking calls.

// Only Linux has `io_uring`. Elsewhere this library is empty, and `main` says so.
#![cfg(target_os = "linux")]

use std::{io, mem, sync::Mutex, thread};

use anyhow::{Context, Result};
use compio::{BufResult, fs::OpenOptions, io::AsyncReadAt, runtime::Runtime};
use files_workload::{CHUNK, Entry, Fault, Outcome, Sum, check_regular, open_flags};
use futures_util::future::join_all;
use harness::{Limits, unit::Unit};

/// Checksums all files, at most `limits.in_flight` at a time.
pub fn checksum_all(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
    let mut outcomes = vec![None; entries.len()];
    // Each loop takes the next file with the place for its outcome, so the results are in input
    // order.
    let files = Mutex::new(entries.iter().zip(&mut outcomes));
    let read = async || {
        let next = || files.lock().expect("nobody panics while holding it").next();
        let mut chunk = Vec::with_capacity(CHUNK);
        while let Some((entry, outcome)) = next() {
            *outcome = Some(Unit::begin(entry.index).drive(checksum(entry, &mut chunk)).await);
        }
    };
    let in_flight = limits.in_flight.min(entries.len());
    let workers = limits.workers.min(in_flight);
    // The kernel does the waiting, but checksums need cores, so there is a thread per core. A ring
    // belongs to one thread, so the threads divide the files in flight among them.
    let read_on_a_ring = |worker| {
        let ring = Runtime::new().context("cannot use io_uring here")?;
        // One task polls all of them in turn, so they may borrow.
        ring.block_on(join_all((worker..in_flight).step_by(workers).map(|_| read())));
        anyhow::Ok(())
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..workers)
            .map(|worker| {
                thread::Builder::new().spawn_scoped(scope, move || read_on_a_ring(worker))
            })
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        threads.into_iter().try_for_each(|thread| thread.join().expect("no reading panics"))
    })?;
    Ok(outcomes.into_iter().map(|outcome| outcome.expect("every file was taken")).collect())
}

async fn checksum(entry: &Entry, chunk: &mut Vec<u8>) -> Outcome {
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(open_flags());
    let file = options.open(&entry.path).await.map_err(Fault::open)?;
    // A plain call, since the kernel has the answer at hand. Through the ring, it would wake a
    // thread.
    check_regular(&file)?;
    let mut sum = Sum::default();
    loop {
        // The kernel writes into the chunk while the future waits, so the call takes the chunk and
        // gives it back with the result.
        chunk.clear();
        let BufResult(read, returned) = file.read_at(mem::take(chunk), sum.bytes()).await;
        *chunk = returned;
        match read.map_err(Fault::read)? {
            0 => return Ok(sum.finish()),
            read => sum.add(&chunk[..read]),
        }
    }
}
