//! Counts primes on several machines, with timely dataflow.
//!
//! ```sh
//! cargo run --release -p primes-timely
//! cargo run --release -p primes-timely -- --processes 2 --process 1 &
//! cargo run --release -p primes-timely -- --processes 2 --process 0
//! ```
//!
//! Unlike *sequential*, it describes the path of the numbers, from the segments to the sum, as a
//! dataflow, and every worker builds that same dataflow. A worker is a thread of this process or of
//! another one, perhaps on another machine; the code is the same for all.

use std::{cell::Cell, rc::Rc, sync::Arc};

use anyhow::{Error, Result};
use cluster::Links;
use harness::Limits;
use primes_workload::{Buffer, Sieve};
use timely::{
    WorkerConfig,
    dataflow::operators::{Exchange, Inspect, ToStream, vec::Map},
    execute::execute_from,
};

/// Counts the primes below a number, on `limits.workers` threads in each of the processes that are
/// linked. Process 0 learns the sum; the others return zero.
pub fn count_primes(below: u64, limits: Limits, links: Links) -> Result<u64> {
    let sieve = Arc::new(Sieve::new(below));
    let (allocators, guard) = links.allocators(limits)?;
    let workers = execute_from(allocators, guard, WorkerConfig::default(), move |worker| {
        let (index, all) = (worker.index(), worker.peers());
        let (sieve, mut buffer) = (sieve.clone(), Buffer::default());
        let total = Rc::new(Cell::new(0));
        let sum = total.clone();
        worker.dataflow::<(), _, _>(|scope| {
            // Nobody hands the segments out: of N workers, each takes every Nth segment. That costs
            // no message, but a slow worker keeps its share.
            (sieve.segments().skip(index).step_by(all))
                .to_stream(scope)
                .container::<Vec<_>>()
                .map(move |segment| sieve.count(segment, &mut buffer))
                // All counts go to worker 0, in process 0: the only thing that crosses the network.
                .exchange(|_| 0)
                .inspect(move |count| sum.set(sum.get() + count));
        });
        // A worker parks while it has nothing to do. The workers tell each other when nothing more
        // can be sent; then they are done.
        while worker.step_or_park(None) {}
        total.get()
    });
    // The threads are joined here, also those of the connections, so all processes end together.
    workers.map_err(Error::msg)?.join().into_iter().sum::<Result<u64, _>>().map_err(Error::msg)
}
