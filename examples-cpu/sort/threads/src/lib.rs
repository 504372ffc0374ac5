//! Sorts on threads of the standard library.
//!
//! ```sh
//! cargo run --release -p sort-threads
//! cargo run --release -p sort-threads -- --merge serial --timeline
//! ```
//!
//! Unlike *sequential*, it forks: one half goes to a new thread, together with half of the workers,
//! and the other half stays here. A half with a single worker isn't divided any further, because
//! more threads than workers would only take turns.

use std::thread;

use anyhow::{Context, Result};
use harness::Limits;
use sort_workload::{Item, Merge, Part, Piece};

/// Sorts items, stably, on `limits.workers` threads.
pub fn merge_sort<T: Item>(mut items: Vec<T>, how: Merge, limits: Limits) -> Result<Vec<T>> {
    let mut spare = vec![T::default(); items.len()];
    sort(Piece::new(&mut items, &mut spare, how), limits.workers)?;
    Ok(items)
}

fn sort<T: Item>(mut piece: Piece<T>, workers: usize) -> Result<()> {
    if piece.is_run() {
        piece.sort_run();
        return Ok(());
    }
    let (left, right) = piece.halves();
    fork(workers, |workers| sort(left, workers), |workers| sort(right, workers))?;
    merge(piece.merge(), workers)
}

fn merge<T: Item>(part: Part<T>, workers: usize) -> Result<()> {
    if part.is_whole() {
        part.merge_whole();
        return Ok(());
    }
    let (low, high) = part.halves();
    // Without this, one thread would do the last merge alone, and all others would look on.
    fork(workers, |workers| merge(low, workers), |workers| merge(high, workers))
}

/// Does both, at the same time if there are workers for that.
fn fork(
    workers: usize,
    one: impl FnOnce(usize) -> Result<()> + Send,
    other: impl FnOnce(usize) -> Result<()>,
) -> Result<()> {
    if workers == 1 {
        return one(1).and_then(|()| other(1));
    }
    // The scope waits for the thread, so the thread may borrow the items.
    thread::scope(|scope| {
        let thread = thread::Builder::new()
            .spawn_scoped(scope, || one(workers / 2))
            .context("cannot start so many threads")?;
        other(workers - workers / 2)?;
        thread.join().expect("no sort panics")
    })
}
