//! Checksums files with async on smol.
//!
//! ```sh
//! cargo run --release -p files-smol
//! ```
//!
//! Unlike *sequential*, it has a thread of the runtime's pool for blocking calls read each file.
//! A file is never *not ready yet*, as a socket may be, so there is nothing that a task could wait
//! for: smol's own files go to that same pool behind the scenes, several times each. Going there
//! once per file is the cheaper way; [`checksum_all_by_chunks`] is the other one, to compare.

use anyhow::Result;
use files_workload::{CHUNK, Entry, Fault, Outcome, Sum, checksum};
use futures_util::stream::{self, StreamExt};
use harness::{Limits, unit::Unit};
use smol::{Executor, fs::File, io::AsyncReadExt};

/// Checksums all files, at most `limits.in_flight` at a time.
pub async fn checksum_all(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
    // The stream hands a file to the threads for blocking calls whenever it is asked for the next.
    let tasks = stream::iter(entries).map(|entry| {
        let entry = entry.clone();
        smol::unblock(move || checksum(&entry))
    });
    // It is asked for no more files than the limit before the first of them is read, and their
    // results come in input order.
    Ok(tasks.buffered(limits.in_flight).collect().await)
}

/// The executor, which runs the tasks of [`checksum_all_by_chunks`] on whichever threads are lent
/// to it.
pub static EXECUTOR: Executor = Executor::new();

/// Does the same with smol's own files, from which a task reads chunk by chunk. It looks more like
/// async, and goes to the pool to open the file, again to ask where in it we are, and a third time
/// for a thread that reads it into a pipe, from which the task copies its chunks.
pub async fn checksum_all_by_chunks(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
    let tasks = stream::iter(entries).map(|entry| {
        let entry = entry.clone();
        let unit = Unit::begin(entry.index);
        EXECUTOR.spawn(unit.drive(async move { checksum_by_chunks(&entry).await }))
    });
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
