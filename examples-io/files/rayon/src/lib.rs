//! Checksums files on rayon's pool of threads.
//!
//! ```sh
//! cargo run --release -p files-rayon
//! cargo run --release -p files-rayon -- --cold --workers 16
//! ```
//!
//! Unlike *sequential*, it iterates in parallel, which takes one word. A thread per core is just
//! right as long as the files are in memory, since then the cores are what is scarce. If they have
//! to come from a disk, more of them could be on their way than there are cores, and the pool has
//! to be made larger than rayon would make it, as the second command does.

use anyhow::Result;
use files_workload::{Entry, Outcome, checksum};
use harness::Limits;
use rayon::prelude::*;

/// Checksums all files, one at a time on each thread of the pool that calls it.
pub fn checksum_all(entries: &[Entry], _limits: Limits) -> Result<Vec<Outcome>> {
    // The pool's threads steal files from each other; `collect` keeps the input order.
    Ok(entries.par_iter().map(checksum).collect())
}
