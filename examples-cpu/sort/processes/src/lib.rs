//! Sorts in worker processes.
//!
//! ```sh
//! cargo run --release -p sort-processes
//! ```
//!
//! Unlike *sequential*, it has each process of a pool sort a share of the items, and merge a part of
//! what was sorted. Processes cannot borrow from each other. So the items are in a file that all of
//! them have open, which is in memory where the system can do that. What goes through the pipes is
//! only which items to sort or merge, but every process has to read those, and to write them back.

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
        // All of these steps have been done before the next begin, which read what these have written.
        for done in done {
            done?.map_err(|error| anyhow!("a worker process cannot do its step: {error}"))?;
        }
        steps = sorting.merge(limits.workers)?;
    }
    // The pool is dropped at the end of this function, and waits there for its workers to end.
    Ok(sorting.into_items(items)?)
}

/// What a worker answers: nothing, or why it failed.
type Done = Result<(), String>;

/// What each worker process does: `main` hands this to the pool.
pub fn worker(opening: Opening) -> impl FnMut(Step) -> Done {
    // A type cannot be sent to another process, but a name of it can.
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
