//! Checksums files with async on tokio.
//!
//! ```sh
//! cargo run --release -p files-tokio
//! cargo run --release -p files-tokio -- --by-chunks
//! ```
//!
//! Unlike *sequential*, it has the runtime's threads for blocking calls read the files. A file is
//! never *not ready yet*, as a socket may be, so there is nothing that a task could wait for:
//! tokio's own files go to those same threads behind the scenes, several times each.
//! [`checksum_all_by_chunks`] shows them, to compare.

mod by_chunks;

use std::{
    iter,
    sync::{Arc, Mutex},
};

use anyhow::Result;
use files_workload::{Entry, Outcome, checksum};
use futures_util::future::try_join_all;
use harness::Limits;
use tokio::task;

pub use by_chunks::checksum_all_by_chunks;

/// Checksums all files, at most `limits.in_flight` at a time.
pub async fn checksum_all(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
    // A call that blocks may go on when this function has ended. So it shares the files, and does
    // not borrow them.
    let files = Arc::new(Mutex::new(Vec::from(entries).into_iter()));
    // To hand a file to a thread takes about as long as to read it, so what is handed over is a loop:
    // it takes the next file that none has taken yet, until there is none.
    let read = |_| {
        let files = files.clone();
        task::spawn_blocking(move || {
            // The lock is free again as soon as a file is taken, long before it is read.
            let files = iter::from_fn(|| files.lock().expect("nobody panics in it").next());
            files.map(|entry| (entry.index, checksum(&entry))).collect::<Vec<_>>()
        })
    };
    // On an early return the loops go on to the last file: nothing can cancel a call that blocks.
    let loops = (0..limits.in_flight.min(entries.len())).map(read);
    let mut done = try_join_all(loops).await?.concat();
    // They came in as the threads finished them; the results go out in input order.
    done.sort_unstable_by_key(|&(index, _)| index);
    Ok(done.into_iter().map(|(_, outcome)| outcome).collect())
}
