//! Exercise 12, solved: choose an approach.
//!
//! Eight blocking waits fit on eight threads. For thousands of them, an async client in one task
//! and exercise 10's pool would take less memory, and the two limits would stay the same.

use std::{
    iter,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use rayon::ThreadPoolBuilder;

/// How much may go on at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many pages may be waited for.
    pub in_flight: usize,
    /// How many pages may be parsed.
    pub cores: usize,
}

/// What a page says, or why there is nothing.
pub type Loaded = Result<u64, String>;

/// Fetches and parses all pages, and returns what they say in input order. `fetch` blocks its
/// thread until the page has come, and `parse` computes.
pub fn load_all(
    urls: &[String],
    limits: Limits,
    fetch: impl Fn(&str) -> Result<String, String> + Sync,
    parse: impl Fn(&str) -> Loaded + Sync,
) -> Vec<Loaded> {
    let pool = ThreadPoolBuilder::new().num_threads(limits.cores).build();
    let pool = pool.expect("the system has room for so few threads");
    // A place for each result: so they are in input order.
    let results: Vec<_> = urls.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        // `fetch_add` gives each index to one thread only, and nothing else depends on its order:
        // relaxed suffices.
        let indices = iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        for index in indices.take_while(|&index| index < urls.len()) {
            // Any thread may wait; what computes goes to the pool, while the thread waits for it.
            let page = fetch(&urls[index]);
            let result = page.and_then(|page| pool.install(|| parse(&page)));
            results[index].set(result).expect("no other thread has taken it");
        }
    };
    thread::scope(|scope| {
        for _ in 0..limits.in_flight.min(urls.len()) {
            scope.spawn(work);
        }
    });
    let results = results.into_iter().map(OnceLock::into_inner);
    results.map(|result| result.expect("every page was taken")).collect()
}
