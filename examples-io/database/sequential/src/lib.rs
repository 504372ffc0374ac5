//! Makes transfers one transaction after the other: the baseline of the row.
//!
//! ```sh
//! cargo run --release -p database-sequential
//! ```

use anyhow::Result;
use database_workload::{
    Batch, Outcome, Settings,
    blocking::{self, Connection},
};
use harness::Limits;

/// Does all transactions, one at a time.
pub fn transfer_all(
    batches: &[Batch],
    settings: &Settings,
    _limits: Limits,
) -> Result<Vec<Outcome>> {
    let mut connection = Connection::new(settings);
    let transact =
        |batch| blocking::transact(batch, settings.retries, |_attempt| connection.attempt(batch));
    // The next transaction begins only when the last is committed, so the waits add up.
    Ok(batches.iter().map(transact).collect())
}
