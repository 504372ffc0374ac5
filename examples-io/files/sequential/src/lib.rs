//! Checksums files one after the other: the baseline of the row.
//!
//! ```sh
//! cargo run --release -p files-sequential
//! ```

use anyhow::Result;
use files_workload::{Entry, Outcome, checksum};
use harness::Limits;

/// Checksums all files, one at a time.
pub fn checksum_all(entries: &[Entry], _limits: Limits) -> Result<Vec<Outcome>> {
    // While the disk looks for a file the core has nothing to do, and while the core computes a
    // checksum the disk has nothing to do.
    Ok(entries.iter().map(checksum).collect())
}
