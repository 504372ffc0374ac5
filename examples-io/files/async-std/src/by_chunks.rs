//! The contrast: a task for each file, which awaits it chunk by chunk.

use anyhow::Result;
use async_std::{fs::File, io::ReadExt, task};
use files_workload::{CHUNK, Entry, Fault, Outcome, Sum};
use futures_util::stream::{self, StreamExt};
use harness::{Limits, unit::Unit};

/// Checksums all files, at most `limits.in_flight` at a time, with async-std's own files. It looks more
/// like async, and goes to the threads for blocking calls once to open a file, and again for each
/// chunk.
pub async fn checksum_all_by_chunks(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
    // The stream spawns a task whenever it is asked for the next one.
    let tasks = stream::iter(entries).map(|entry| {
        let entry = entry.clone();
        let unit = Unit::begin(entry.index);
        task::spawn(unit.drive(async move { checksum_by_chunks(&entry).await }))
    });
    // It is asked for no more tasks than the limit before the first of them has ended, and their
    // results come in input order.
    // On an early return the stream is dropped, and with it the handles; but async-std lets the
    // tasks behind them go on.
    Ok(tasks.buffered(limits.in_flight).collect().await)
}

async fn checksum_by_chunks(entry: &Entry) -> Outcome {
    let mut file = File::open(&entry.path).await.map_err(Fault::open)?;
    let mut sum = Sum::default();
    // The task may go on in another thread after each wait, so the chunk has to go with it.
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk).await.map_err(Fault::read)? {
            0 => return Ok(sum.finish()),
            read => sum.add(&chunk[..read]),
        }
    }
}
