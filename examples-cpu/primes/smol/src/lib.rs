//! Counts primes in async tasks on smol.
//!
//! ```sh
//! cargo run --release -p primes-smol
//! cargo run --release -p primes-smol -- --workers 1
//! ```
//!
//! Unlike *sequential*, it spawns a task per segment. The gain comes from the threads of the
//! executor: with one thread async gains nothing, because a task that computes has no wait that
//! another could use. While it computes it never returns to the executor, so every other task of
//! that thread, however short, has to wait until it is done.

use std::sync::Arc;

use anyhow::Result;
use harness::Limits;
use primes_workload::{Buffer, Sieve};
use smol::Executor;

/// The executor. It runs its tasks on the threads that call `run`.
pub static EXECUTOR: Executor = Executor::new();

/// Counts the primes below a number, on the threads that run the executor.
pub async fn count_primes(below: u64, _limits: Limits) -> Result<u64> {
    let sieve = Arc::new(Sieve::new(below));
    let mut tasks = Vec::with_capacity(sieve.segments().len());
    for segment in sieve.segments() {
        let sieve = sieve.clone();
        // The task has no `.await`: once it has begun, it keeps its thread to the end.
        tasks.push(EXECUTOR.spawn(async move { sieve.count(segment, &mut Buffer::default()) }));
    }
    // The tasks run whether or not anybody waits for them; here their counts are added up.
    let mut primes = 0;
    for task in tasks {
        primes += task.await;
    }
    Ok(primes)
}
