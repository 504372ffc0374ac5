//! The contrast: a task for each file, which awaits every chunk.

use anyhow::Result;
use files_workload::{CHUNK, Entry, Fault, Outcome, Sum, open};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use harness::{Limits, unit::Unit};
use tokio::{fs::File, io::AsyncReadExt, task};

/// Checksums all files, at most `limits.in_flight` at a time, with tokio's own files. It looks more
/// like async, but it goes to a thread for blocking calls to open a file, and again for each chunk.
pub async fn checksum_all_by_chunks(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
    // The stream spawns a task whenever it is asked for the next one.
    let tasks = stream::iter(entries).map(|entry| {
        let entry = entry.clone();
        let unit = Unit::begin(entry.index);
        task::spawn(unit.drive(async move { checksum_by_chunks(&entry).await }))
    });
    // `buffered` holds at most `in_flight` tasks at a time, and yields results in input order. On
    // an early return the stream drops the tasks' handles, but tokio lets the tasks go on.
    Ok(tasks.buffered(limits.in_flight).try_collect().await?)
}

async fn checksum_by_chunks(entry: &Entry) -> Outcome {
    let path = entry.path.clone();
    // To open a file blocks, so a thread of the pool does it, as it does within `File::open`.
    let file = task::spawn_blocking(move || open(&path)).await.expect("opening does not panic")?;
    let mut file = File::from_std(file);
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
