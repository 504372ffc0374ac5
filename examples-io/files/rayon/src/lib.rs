//! Checksums files on rayon's pool of threads.
//!
//! ```sh
//! cargo run --release -p files-rayon
//! cargo run --release -p files-rayon -- --cold --workers 16
//! ```
//!
//! Unlike *sequential*, it iterates in parallel, which takes one word. A thread per core is right
//! while the files are in memory, because then only the cores are scarce. If they come from a disk,
//! it pays to have more files in flight than cores. The second command makes the pool larger.

use anyhow::Result;
use files_workload::{Entry, Outcome, checksum};
use harness::Limits;
use rayon::prelude::*;

/// Checksums all files, one at a time on each thread of the pool that calls it.
pub fn checksum_all(entries: &[Entry], _limits: Limits) -> Result<Vec<Outcome>> {
    // The pool's threads steal files from each other; `collect` keeps the input order.
    Ok(entries.par_iter().map(checksum).collect())
}
