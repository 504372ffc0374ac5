//! Checksums files with async on smol.
//!
//! ```sh
//! cargo run --release -p files-smol
//! cargo run --release -p files-smol -- --by-chunks
//! ```
//!
//! Unlike *sequential*, it reads the files on the runtime's threads for blocking calls. A file is
//! never *not ready yet*, as a socket may be, so a task has nothing to wait for: smol's own files
//! use those same threads behind the scenes, several times each. Compare
//! [`checksum_all_by_chunks`].

mod by_chunks;

use std::{
    iter,
    sync::{Arc, Mutex},
};

use anyhow::Result;
use files_workload::{Entry, Outcome, checksum};
use futures_util::future::join_all;
use harness::Limits;

pub use by_chunks::{EXECUTOR, checksum_all_by_chunks};

/// Checksums all files, at most `limits.in_flight` at a time.
pub async fn checksum_all(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
    // A blocking call may go on after this function has ended, so it shares the files (`Arc`) and
    // does not borrow them.
    let files = Arc::new(Mutex::new(Vec::from(entries).into_iter()));
    // Handing a file to a thread takes about as long as reading it. So each thread gets a loop that
    // takes the next file until none is left.
    let read = |_| {
        let files = files.clone();
        smol::unblock(move || {
            // The lock is free again as soon as a file is taken, long before it is read.
            let files = iter::from_fn(|| files.lock().expect("nobody panics in it").next());
            files.map(|entry| (entry.index, checksum(&entry))).collect::<Vec<_>>()
        })
    };
    // On an early return smol cancels the loops that no thread has begun. The others go on to the
    // last file: nothing can cancel a blocking call.
    let loops = (0..limits.in_flight.min(entries.len())).map(read);
    let mut done: Vec<_> = join_all(loops).await.into_iter().flatten().collect();
    // The results arrived as the threads finished. Sort them into input order.
    done.sort_unstable_by_key(|&(index, _)| index);
    Ok(done.into_iter().map(|(_, outcome)| outcome).collect())
}
