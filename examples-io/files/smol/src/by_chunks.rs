//! The contrast: a task for each file, which awaits it chunk by chunk.

use anyhow::Result;
use files_workload::{CHUNK, Entry, Fault, Outcome, Sum};
use futures_util::stream::{self, StreamExt};
use harness::{Limits, unit::Unit};
use smol::{Executor, fs::File, io::AsyncReadExt};

/// The executor, which runs its tasks on whichever threads are lent to it.
pub static EXECUTOR: Executor = Executor::new();

/// Checksums all files, at most `limits.in_flight` at a time, with smol's own files. It looks more like
/// async, and goes to the threads for blocking calls to open a file, again to ask where in it we are,
/// and a third time for a thread that reads it into a pipe, from which the task copies its chunks.
pub async fn checksum_all_by_chunks(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
    // The stream spawns a task whenever it is asked for the next one.
    let tasks = stream::iter(entries).map(|entry| {
        let entry = entry.clone();
        let unit = Unit::begin(entry.index);
        EXECUTOR.spawn(unit.drive(async move { checksum_by_chunks(&entry).await }))
    });
    // It is asked for no more tasks than the limit before the first of them has ended, and their
    // results come in input order.
    // On an early return the stream is dropped, and with it the tasks, which smol cancels.
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
