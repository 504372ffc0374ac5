//! Sorts on rayon's pool of threads.
//!
//! ```sh
//! cargo run --release -p sort-rayon
//! cargo run --release -p sort-rayon -- --merge serial --timeline
//! ```
//!
//! Unlike *sequential*, it tells rayon that two halves *may* be sorted at the same time. Rayon does
//! the first on this thread, and lets any thread that has nothing to do steal the second.

use anyhow::Result;
use harness::Limits;
use sort_workload::{Item, Merge, Part, Piece};

/// Sorts items, stably, on the threads of the pool that calls it.
pub fn merge_sort<T: Item>(mut items: Vec<T>, how: Merge, _limits: Limits) -> Result<Vec<T>> {
    let mut spare = vec![T::default(); items.len()];
    sort(Piece::new(&mut items, &mut spare, how));
    Ok(items)
}

fn sort<T: Item>(mut piece: Piece<T>) {
    if piece.is_run() {
        return piece.sort_run();
    }
    let (left, right) = piece.halves();
    // A `join` that nobody steals from costs little more than two calls, so every pair of halves
    // gets one. It returns when both are sorted: only then can they be merged.
    rayon::join(|| sort(left), || sort(right));
    merge(piece.merge());
}

fn merge<T: Item>(part: Part<T>) {
    if part.is_whole() {
        return part.merge_whole();
    }
    let (low, high) = part.halves();
    // Without this, one thread would do the last merge alone, and all others would look on.
    rayon::join(|| merge(low), || merge(high));
}
