//! The contrast: a map that all threads count into.

use std::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use anyhow::{Context, Result};
use harness::Limits;
use wordcount_workload::{Counts, Text, share_of};

/// How many locks share the words among them. The more there are, the more rarely two threads want
/// the same one; there should be far more than threads.
const SHARDS: usize = 64;

/// Counts the words of a text into one map. Nothing has to be merged; but only one thread at a time
/// can hold the lock, and every word takes it.
pub fn count_words_in_shared_map(text: &Text, limits: Limits) -> Result<Counts> {
    let shared = Mutex::new(Counts::default());
    let count = |piece| text.each_word(piece, |word| lock(&shared).add(word));
    on_threads(text, limits, |piece| {
        count(piece).unwrap_or_else(|missed| lock(&shared).miss(missed));
    })?;
    Ok(shared.into_inner().expect("no count panics"))
}

/// One of many maps. It keeps its distance from the next one in memory: locks that were in one cache
/// line would pass from core to core together.
#[repr(align(128))]
struct Shard(Mutex<Counts>);

/// Counts the words of a text into many maps, each behind a lock of its own. A hash of the word
/// says which map it belongs to, so two threads collide only if they need the same map at the same
/// moment. The crate `dashmap` is built like this.
pub fn count_words_in_shards(text: &Text, limits: Limits) -> Result<Counts> {
    let shards: Vec<_> = (0..SHARDS).map(|_| Shard(Mutex::default())).collect();
    let count =
        |piece| text.each_word(piece, |word| lock(&shards[share_of(word, SHARDS)].0).add(word));
    on_threads(text, limits, |piece| {
        count(piece).unwrap_or_else(|missed| lock(&shards[0].0).miss(missed));
    })?;
    let mut total = Counts::default();
    for Shard(shard) in shards {
        total.merge(shard.into_inner().expect("no count panics"));
    }
    Ok(total)
}

/// Hands every piece of the text to one of `limits.workers` threads, as the cell itself does.
fn on_threads(text: &Text, limits: Limits, count: impl Fn(usize) + Sync) -> Result<()> {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(piece) = text.pieces().nth(next.fetch_add(1, Ordering::Relaxed)) {
            count(piece);
        }
    };
    thread::scope(|scope| {
        for _ in 0..limits.workers.min(text.pieces().len()) {
            let thread = thread::Builder::new().spawn_scoped(scope, work);
            thread.context("cannot start so many threads")?;
        }
        Ok(())
    })
}

fn lock(counts: &Mutex<Counts>) -> MutexGuard<'_, Counts> {
    counts.lock().expect("no count panics")
}
