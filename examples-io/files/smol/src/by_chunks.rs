//! The contrast: a task for each file, which awaits every chunk.

use anyhow::Result;
use files_workload::{CHUNK, Entry, Fault, Outcome, Sum, open};
use futures_util::stream::{self, StreamExt};
use harness::{Limits, unit::Unit};
use smol::{Executor, fs::File, io::AsyncReadExt};

/// The executor. It runs its tasks on the threads that call `run`.
pub static EXECUTOR: Executor = Executor::new();

/// Checksums all files, at most `limits.in_flight` at a time, with smol's own files. It looks more
/// like async, but it goes to a thread for blocking calls to open a file, and again to ask for the
/// position in it. A third call reads the file into a pipe, and the task copies its chunks from
/// there.
pub async fn checksum_all_by_chunks(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
    // The stream spawns a task whenever it is asked for the next one.
    let tasks = stream::iter(entries).map(|entry| {
        let entry = entry.clone();
        let unit = Unit::begin(entry.index);
        EXECUTOR.spawn(unit.drive(async move { checksum_by_chunks(&entry).await }))
    });
    // `buffered` holds at most `in_flight` tasks at a time, and yields results in input order. On
    // an early return the stream drops the tasks, and smol cancels them.
    Ok(tasks.buffered(limits.in_flight).collect().await)
}

async fn checksum_by_chunks(entry: &Entry) -> Outcome {
    let path = entry.path.clone();
    // To open a file blocks, so a thread of the pool does it, as it does within `File::open`.
    let mut file = File::from(smol::unblock(move || open(&path)).await?);
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
