//! Sorts by merging, one half after the other: the baseline of the row.
//!
//! ```sh
//! cargo run --release -p sort-sequential
//! ```

use anyhow::Result;
use harness::Limits;
use sort_workload::{Item, Merge, Part, Piece};

/// Sorts items, stably, on one thread.
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
    // The halves share nothing, yet the second waits for the first.
    sort(left);
    sort(right);
    merge(piece.merge());
}

fn merge<T: Item>(part: Part<T>) {
    if part.is_whole() {
        return part.merge_whole();
    }
    let (low, high) = part.halves();
    merge(low);
    merge(high);
}
