//! Counts primes on a fixed set of threads, fed through a crossbeam channel.
//!
//! ```sh
//! cargo run --release -p primes-crossbeam
//! ```
//!
//! Unlike *threads*, where each thread takes the next segment itself, here a channel hands out the
//! segments, as if they came one by one from some source. The channel is bounded, so a source that
//! is faster than the threads waits instead of filling the memory.

use std::{io, thread};

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, bounded};
use harness::Limits;
use primes_workload::{Buffer, Sieve};

/// Counts the primes below a number, on `limits.workers` threads.
pub fn count_primes(below: u64, limits: Limits) -> Result<u64> {
    let sieve = Sieve::new(below);
    let (send_segment, next_segment) = bounded(limits.workers);
    let count = |next_segment: Receiver<usize>| {
        let mut buffer = Buffer::default();
        // Unlike std's, a crossbeam channel may have many receivers: each segment goes to one of
        // them.
        next_segment.iter().map(|segment| sieve.count(segment, &mut buffer)).sum::<u64>()
    };
    // The scope waits for all its threads, so they may borrow the sieve.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..limits.workers.min(sieve.segments().len()))
            .map(|_| next_segment.clone())
            .map(|next_segment| thread::Builder::new().spawn_scoped(scope, || count(next_segment)))
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        // Now only the threads have a receiver. Sending fails only if all of them have panicked,
        // and the scope passes the panic on.
        drop(next_segment);
        let _ = sieve.segments().try_for_each(|segment| send_segment.send(segment));
        // A closed channel tells the threads that no more segments will come.
        drop(send_segment);
        Ok(threads.into_iter().map(|thread| thread.join().expect("no count panics")).sum())
    })
}
