//! What the pool computes, and what else the runtime has to do.

use std::{hint::black_box, time::Duration};

use pair::Unit;
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

/// How long the requests wait that compute nothing.
pub(crate) const LATENCY: Duration = Duration::from_millis(10);

/// A pool of two threads.
pub(crate) fn pool() -> Result<ThreadPool, ThreadPoolBuildError> {
    ThreadPoolBuilder::new().num_threads(2).thread_name(|_| "rayon".into()).build()
}

/// Draws a large picture in two halves, which are jobs 1 and 2.
pub(crate) fn draw_halves() -> u64 {
    let half = |job| Unit::begin(job).run(|| compute(20_000_000));
    let (left, right) = rayon::join(|| half(1), || half(2));
    left ^ right
}

/// A request that computes nothing. It returns how long it took, from now on.
pub(crate) fn request(job: usize) -> impl Future<Output = Duration> {
    let (unit, start) = (Unit::begin(job), Instant::now());
    unit.drive(async move {
        sleep(LATENCY).await;
        start.elapsed()
    })
}

/// Gets the palette of a picture. Nobody sees from outside that it needs the pool.
pub(crate) async fn palette(pool: &ThreadPool, picture: usize) -> u64 {
    let (sender, receiver) = oneshot::channel();
    pool.spawn(move || sender.send(compute(2_000_000)).unwrap_or_default());
    Unit::begin(picture).drive(receiver).await.expect("the job sends a palette")
}

/// Draws one of two pictures, as job 2 or 3.
pub(crate) fn draw(picture: usize, palette: u64) -> u64 {
    Unit::begin(2 + picture).run(|| compute(2_000_000) ^ palette)
}

fn compute(steps: u64) -> u64 {
    (0..steps).fold(1, |seed, step| black_box((seed * 3) ^ step) % 1_000_003)
}
