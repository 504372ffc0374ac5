//! The contrast: a task for each file, which awaits every chunk.

use anyhow::Result;
use async_std::{fs::File, io::ReadExt, task};
use files_workload::{CHUNK, Entry, Fault, Outcome, Sum, open};
use futures_util::stream::{self, StreamExt};
use harness::{Limits, unit::Unit};

/// Checksums all files, at most `limits.in_flight` at a time, with async-std's own files. It looks
/// more like async, but it goes to a thread for blocking calls to open a file, and again for each
/// chunk.
pub async fn checksum_all_by_chunks(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
    // The stream spawns a task whenever it is asked for the next one.
    let tasks = stream::iter(entries).map(|entry| {
        let entry = entry.clone();
        let unit = Unit::begin(entry.index);
        task::spawn(unit.drive(async move { checksum_by_chunks(&entry).await }))
    });
    // `buffered` holds at most `in_flight` tasks at a time, and yields results in input order. On
    // an early return the stream drops the tasks' handles, but async-std lets the tasks go on.
    Ok(tasks.buffered(limits.in_flight).collect().await)
}

async fn checksum_by_chunks(entry: &Entry) -> Outcome {
    let path = entry.path.clone();
    // To open a file blocks, so a thread of the pool does it, as it does within `File::open`.
    let mut file = File::from(task::spawn_blocking(move || open(&path)).await?);
    let mut sum = Sum::default();
    // The task may resume on another thread after each wait, so it owns the chunk.
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk).await.map_err(Fault::read)? {
            0 => return Ok(sum.finish()),
            read => sum.add(&chunk[..read]),
        }
    }
}
