//! Exercise 10, solved: wait and compute.
//!
//! Two limits for two resources: many units may wait, and no more compute than there are cores.

use std::future::Future;

use futures_util::stream::{self, StreamExt};
use rayon::ThreadPoolBuilder;
use tokio::sync::oneshot;

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
    let pool = ThreadPoolBuilder::new().num_threads(limits.workers).build();
    let pool = &pool.expect("the system has room for so few threads");
    let (wait, compute) = (&wait, &compute);
    let units = stream::iter(inputs).map(|input| async move {
        let page = wait(input).await;
        let (sender, receiver) = oneshot::channel();
        let compute = compute.clone();
        // Nobody listens any more if this future was dropped; then the answer is not needed.
        pool.spawn(move || _ = sender.send(compute(page)));
        // While the pool computes, this is a wait like any other.
        receiver.await.expect("the pool computes whatever it is given")
    });
    units.buffered(limits.in_flight).collect().await
}
