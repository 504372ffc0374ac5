//! A request: it waits, then it computes.

use std::{hint::black_box, thread, time::Duration};

use pair::{Unit, unit};
use tokio::time::sleep;

use crate::gauge::Gauge;

/// Requests that are waiting.
pub(crate) static WAITING: Gauge = Gauge::new();
/// Requests that are computing.
pub(crate) static COMPUTING: Gauge = Gauge::new();

const LATENCY: Duration = Duration::from_millis(100);

/// Waits for 100 ms, then counts primes.
pub(crate) async fn answer(request: usize) -> usize {
    let work = async {
        let waiting = WAITING.enter();
        sleep(LATENCY).await;
        drop(waiting);
        compute()
    };
    Unit::begin(request).drive(work).await
}

/// The same on a thread of its own.
pub(crate) fn answer_blocking(request: usize) -> usize {
    Unit::begin(request).run(|| {
        let waiting = WAITING.enter();
        unit::waiting(|| thread::sleep(LATENCY));
        drop(waiting);
        compute()
    })
}

/// Counts the primes below 500,000, one division after the other.
fn compute() -> usize {
    let _computing = COMPUTING.enter();
    let is_prime = |&n: &u32| (2..n).take_while(|d| d * d <= n).all(|d| n % d != 0);
    (2..black_box(500_000)).filter(is_prime).count()
}
