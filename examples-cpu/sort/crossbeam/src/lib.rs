//! Sorts on threads that are started as permits in a crossbeam channel allow.
//!
//! ```sh
//! cargo run --release -p sort-crossbeam
//! ```
//!
//! Unlike *threads*, which divides its workers beforehand, it forks wherever a permit (to start one
//! more thread) is free at that moment. If one half is done early, the other half can use its
//! permit. Half of the code is `fork`, which rayon offers as `join`.

use std::thread;

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, Sender, bounded};
use harness::Limits;
use sort_workload::{Item, Merge, Part, Piece};

/// Where permits to start a thread are given back, and where they are taken.
type Permits = (Sender<()>, Receiver<()>);

/// Sorts items, stably, on `limits.workers` threads.
pub fn merge_sort<T: Item>(mut items: Vec<T>, how: Merge, limits: Limits) -> Result<Vec<T>> {
    let mut spare = vec![T::default(); items.len()];
    let permits = bounded(limits.workers);
    // This thread is a worker, too, and needs no permit to begin.
    (1..limits.workers).try_for_each(|_| permits.0.send(()))?;
    sort(Piece::new(&mut items, &mut spare, how), &permits)?;
    Ok(items)
}

fn sort<T: Item>(mut piece: Piece<T>, permits: &Permits) -> Result<()> {
    if piece.is_run() {
        piece.sort_run();
        return Ok(());
    }
    let (left, right) = piece.halves();
    fork(permits, || sort(left, permits), || sort(right, permits))?;
    merge(piece.merge(), permits)
}

fn merge<T: Item>(part: Part<T>, permits: &Permits) -> Result<()> {
    if part.is_whole() {
        part.merge_whole();
        return Ok(());
    }
    let (low, high) = part.halves();
    // Without this, one thread would do the last merge alone, and all others would look on.
    fork(permits, || merge(low, permits), || merge(high, permits))
}

/// Does both, at the same time if there is a permit for that.
fn fork(
    permits: &Permits,
    one: impl FnOnce() -> Result<()> + Send,
    other: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let (give_back, take) = permits;
    if take.try_recv().is_err() {
        return one().and_then(|()| other());
    }
    // The scope waits for the thread, so the thread may borrow the items.
    thread::scope(|scope| {
        let thread = thread::Builder::new().spawn_scoped(scope, || {
            let one = one();
            give_back.send(())?;
            one
        });
        let thread = thread.context("cannot start so many threads")?;
        let other = other();
        // While this thread waits for the other one, another fork may use its permit.
        give_back.send(())?;
        let one = thread.join().expect("no sort panics");
        take.recv()?;
        one.and(other)
    })
}
