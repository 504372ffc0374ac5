//! Exercise 10: wait and compute.
//!
//! - Page: Waiting and computing
//! - Task: `run_all` overlaps the waits, but each unit computes on the thread that all tasks share.
//!   Move the computing to `workers` other threads, so that up to `in_flight` units wait and other
//!   tasks go on meanwhile.
//! - Checked: that a neighbour on the runtime's thread gets its turns while a unit computes, the
//!   most units that wait and that compute at once, and that answers come in input order.
//! - Fails with: `the neighbour had 0 turns while a unit was computing; wanted: 3`
//! - Fails with: `at most 1 unit was computing; the task allows 2`
//! - Hint: `spawn` on a rayon pool of `workers` threads; a `tokio::sync::oneshot` channel brings
//!   the answer back. `spawn_blocking` alone would let more than `workers` units compute at once.

use std::future::Future;

use futures_util::stream::{self, StreamExt};

/// How much may go on at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many units may be under way.
    pub in_flight: usize,
    /// How many of these may compute.
    pub workers: usize,
}

/// Waits for each input, computes its answer, and returns the answers in input order.
pub async fn run_all<W: Future<Output = u64>>(
    inputs: Vec<u64>,
    limits: Limits,
    wait: impl Fn(u64) -> W,
    compute: impl Fn(u64) -> u64 + Clone + Send + 'static,
) -> Vec<u64> {
    let pages = stream::iter(inputs).map(wait).buffered(limits.in_flight);
    pages.map(compute).collect().await
}
