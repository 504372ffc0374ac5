//! The task counts by itself.
#![expect(clippy::unused_async, reason = "clippy sees the mistake")]

use crate::primes::{BLOCKS, counting, primes_in};

/// Counts primes.
pub(crate) async fn count_primes() -> usize {
    // The function is `async`, but has no await: its thread can do nothing else until it returns.
    counting(|| (0..BLOCKS).map(primes_in).sum())
}
