//! Counts words on several machines, with timely dataflow.
//!
//! ```sh
//! cargo run --release -p wordcount-timely
//! cargo run --release -p wordcount-timely -- --processes 2 --process 1 &
//! cargo run --release -p wordcount-timely -- --processes 2 --process 0
//! ```
//!
//! Unlike *sequential*, it describes the path of the words as a dataflow, and every worker, whether
//! a thread of this process or on another machine, builds that same dataflow. Each counts pieces
//! into its own map. Then the workers split up their maps, and each merges a share of the words, so
//! no worker has to merge all maps. A quarter of the code is `fold`, which adds up a whole stream:
//! the engine's own operators do that separately for each key.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use anyhow::{Error, Result};
use cluster::Links;
use harness::Limits;
use timely::{
    WorkerConfig,
    dataflow::{
        StreamVec,
        channels::pact::{Exchange, ParallelizationContract, Pipeline},
        operators::{Operator, ToStream, vec::Map},
    },
    execute::execute_from,
};
use wordcount_workload::{Counts, Text};

/// Counts the words of a text, on `limits.workers` threads in each of the processes that are
/// linked. Process 0 learns the counts; the others return none.
pub fn count_words(text: &Text, limits: Limits, links: Links) -> Result<Counts> {
    let text = Arc::new(text.clone());
    let (allocators, guard) = links.allocators(limits)?;
    let workers = execute_from(allocators, guard, WorkerConfig::default(), move |worker| {
        let (index, all) = (worker.index(), worker.peers());
        let text = text.clone();
        let total = Rc::new(RefCell::new(Counts::default()));
        let whole = total.clone();
        worker.dataflow::<(), _, _>(|scope| {
            // Of N workers, each takes every Nth piece, and reads it itself: the text has to be on
            // its machine.
            let pieces = text.pieces().skip(index).step_by(all).to_stream(scope);
            let counted = fold(pieces, Pipeline, move |counts, piece| text.count(piece, counts));
            // All counts of a word go to the same worker.
            let dealt = counted.flat_map(move |counts| (0..).zip(counts.deal(all)));
            let by_share = Exchange::new(|&(share, _): &(u64, Counts)| share);
            let merged = fold(dealt, by_share, |counts, (_, share)| counts.merge(share));
            // Each word is in one share now. A larger job would go on working on the shares where
            // they are; this one wants to print, so they all go to worker 0, in process 0.
            fold(merged, Exchange::new(|_| 0), Counts::merge)
                .map(move |counts| whole.borrow_mut().merge(counts));
        });
        // A worker parks while it has nothing to do. The workers tell each other when nothing more
        // can be sent; then they are done.
        while worker.step_or_park(None) {}
        total.take()
    });
    // The threads are joined here, also those of the connections, so all processes end together.
    let mut total = Counts::default();
    for counts in workers.map_err(Error::msg)?.join() {
        total.merge(counts.map_err(Error::msg)?);
    }
    Ok(total)
}

/// Adds up, at each worker, what `route` brings it, and passes the counts on when no more can come.
fn fold<D: 'static>(
    stream: StreamVec<'_, (), D>,
    route: impl ParallelizationContract<(), Vec<D>>,
    mut add: impl FnMut(&mut Counts, D) + 'static,
) -> StreamVec<'_, (), Counts> {
    stream.unary_frontier(route, "fold", |capability, _| {
        // As long as it holds the capability, the operators after it know that more may come.
        let mut held = Some((capability, Counts::default()));
        move |(input, frontier), output| {
            let Some((capability, counts)) = &mut held else { return };
            input.for_each_stamp(|_, batches| {
                batches.flat_map(|batch| batch.drain(..)).for_each(|item| add(counts, item));
            });
            if frontier.is_empty() {
                output.session(&*capability).give(std::mem::take(counts));
                held = None;
            }
        }
    })
}
