//! A thread for blocking calls counts, and the task awaits that.

use tokio::task::spawn_blocking;

use crate::primes::{BLOCKS, counting, primes_in};

/// Counts primes.
pub(crate) async fn count_primes() -> usize {
    // For a few such tasks at a time: with hundreds there would be hundreds of threads, which
    // share the cores.
    spawn_blocking(|| counting(|| (0..BLOCKS).map(primes_in).sum()))
        .await
        .expect("counting does not panic")
}
