//! Sorts in worker processes.
//!
//! ```sh
//! cargo run --release -p sort-processes
//! ```
//!
//! Unlike *sequential*, it sends a share of the items to each process of a pool, and merges the
//! shares that come back. Processes have no memory in common, so every item is copied into a pipe and
//! out of it, twice; and a merge in several processes would send all of them again, so this one does
//! it alone.

use anyhow::Result;
use harness::{
    Limits,
    pool::{JobError, Pool},
};
use sort_workload::{Item, Line, Merge, Neighbours, Parcel, Share};

/// Sorts items, stably, in `limits.workers` processes.
pub fn merge_sort<T: Item>(items: Vec<T>, how: Merge, limits: Limits) -> Result<Vec<T>> {
    let shares = Share::new(items, how).divide(limits.workers);
    let mut pool = Pool::new(limits.workers, &T::NAME)?;
    let sorted: Vec<Result<Share<T>, JobError>> = pool.map(&shares)?;
    let sorted = sorted.into_iter().collect::<Result<_, _>>()?;
    // The pool is dropped at the end of this function, and waits there for its workers to end.
    Ok(merge(sorted).into_items())
}

/// Merges the shares by twos, until one is left.
fn merge<T: Item>(mut shares: Vec<Share<T>>) -> Share<T> {
    if shares.len() > 1 {
        let right = merge(shares.split_off(shares.len() / 2));
        let mut neighbours = Neighbours::new(merge(shares), right);
        let cuts = neighbours.cuts(1);
        let parts = cuts.into_iter().map(|cut| neighbours.merge_alone(cut)).collect();
        return neighbours.join(parts);
    }
    shares.pop().expect("there is a share at least")
}

/// What each worker process does: `main` hands this to the pool.
pub fn worker(name: String) -> impl FnMut(Parcel) -> Parcel {
    // A type cannot be sent to another process, but a name of it can.
    match name.as_str() {
        u64::NAME => sort::<u64>,
        Line::NAME => sort::<Line>,
        _ => unreachable!("there are no other items"),
    }
}

fn sort<T: Item>(parcel: Parcel) -> Parcel {
    let share = Share::<T>::try_from(parcel).expect("the parent has packed items of this type");
    Parcel::from(&share.sort_alone())
}
