//! Sorts in worker processes.
//!
//! ```sh
//! cargo run --release -p sort-processes
//! ```
//!
//! Unlike *sequential*, each process of a pool sorts a share of the items, and then merges a part
//! of the sorted ones. Processes can't borrow from each other, so the items are in a file that all
//! of them have open (in memory, where the system can do that). Only the positions of the items go
//! through the pipes, but every process has to read its items from the file, and to write them
//! back.

use anyhow::{Result, anyhow};
use harness::{
    Limits,
    pool::{JobError, Pool},
};
use sort_workload::{Item, Line, Merge, Opening, Sorting, Step, Store};

/// Sorts items, stably, in `limits.workers` processes.
pub fn merge_sort<T: Item>(items: Vec<T>, how: Merge, limits: Limits) -> Result<Vec<T>> {
    let mut sorting = Sorting::new(&items, how, limits.workers)?;
    let mut pool = Pool::new(limits.workers, sorting.opening())?;
    let mut steps = sorting.sort();
    while !steps.is_empty() {
        let done: Vec<Result<Done, JobError>> = pool.map(&steps)?;
        // All of these steps must be done before the next ones begin, which read their results.
        for done in done {
            done?.map_err(|error| anyhow!("a worker process cannot do its step: {error}"))?;
        }
        steps = sorting.merge(limits.workers)?;
    }
    // The pool is dropped at the end of this function, where it waits for its workers to end.
    Ok(sorting.into_items(items)?)
}

/// A worker's answer: nothing, or why it failed.
type Done = Result<(), String>;

/// What each worker process does: `main` hands this to the pool.
pub fn worker(opening: Opening) -> impl FnMut(Step) -> Done {
    // A type can't be sent to another process, but its name can.
    match opening.name.as_str() {
        u64::NAME => steps::<u64>(&opening),
        Line::NAME => steps::<Line>(&opening),
        _ => unreachable!("there are no other items"),
    }
}

fn steps<T: Item>(opening: &Opening) -> Box<dyn FnMut(Step) -> Done> {
    let mut store = Store::<T>::open(opening);
    Box::new(move |step| {
        let store = store.as_mut().map_err(|error| error.to_string())?;
        store.run(step).map_err(|error| error.to_string())
    })
}
