//! Checksums files with async on async-std, which is discontinued: start nothing new on it.
//!
//! ```sh
//! cargo run --release -p files-async-std
//! ```
//!
//! Unlike *sequential*, it has a thread of the runtime's pool for blocking calls read each file.
//! A file is never *not ready yet*, as a socket may be, so there is nothing that a task could wait
//! for: async-std's own files go to that same pool behind the scenes, several times each. Going there
//! once per file is the cheaper way; [`checksum_all_by_chunks`] is the other one, to compare.

use anyhow::Result;
use async_std::{channel, fs::File, io::ReadExt, task};
use files_workload::{CHUNK, Entry, Fault, Outcome, Sum, checksum};
use harness::{Limits, unit::Unit};

/// Checksums all files, at most `limits.in_flight` at a time.
pub async fn checksum_all(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
    // async-std has no semaphore; a channel that holds as many permits as it has places is one.
    let (permits, returned) = channel::bounded(limits.in_flight);
    let mut tasks = Vec::with_capacity(entries.len());
    for entry in entries {
        // A permit bounds the files in flight: with none left, no further file is handed over.
        permits.send(()).await?;
        let (returned, entry) = (returned.clone(), entry.clone());
        tasks.push(task::spawn_blocking(move || {
            let outcome = checksum(&entry);
            returned.try_recv().expect("the task's own permit is in the channel");
            outcome
        }));
    }
    // The files are read whether or not anybody waits; here their results are put in order.
    let mut outcomes = Vec::with_capacity(entries.len());
    for task in tasks {
        outcomes.push(task.await);
    }
    Ok(outcomes)
}

/// Does the same with async-std's own files, from which a task reads chunk by chunk. It looks more
/// like async, and goes to the pool once to open the file, and again for each chunk.
pub async fn checksum_all_by_chunks(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
    // async-std has no semaphore; a channel that holds as many permits as it has places is one.
    let (permits, returned) = channel::bounded(limits.in_flight);
    let mut tasks = Vec::with_capacity(entries.len());
    for entry in entries {
        permits.send(()).await?;
        let (returned, entry) = (returned.clone(), entry.clone());
        tasks.push(task::spawn(async move {
            let outcome = Unit::begin(entry.index).drive(checksum_by_chunks(&entry)).await;
            returned.try_recv().expect("the task's own permit is in the channel");
            outcome
        }));
    }
    let mut outcomes = Vec::with_capacity(entries.len());
    for task in tasks {
        outcomes.push(task.await);
    }
    Ok(outcomes)
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
