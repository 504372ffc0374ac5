//! Exercise 12: choose an approach.
//!
//! - Page: Choosing
//! - Task: `load_all` fetches pages (a wait) and parses them (computing), all in a rayon pool. So
//!   no more pages are waited for than there are cores. Choose what fits both: `in_flight` fetches
//!   at once, and no more than `cores` pages being parsed. The client blocks, so this isn't about
//!   async.
//! - Checked: the most fetches in flight, the most pages being parsed, that results come in input
//!   order, and that a page which cannot be fetched or parsed is a value among them.
//! - Fails with: `at most 2 waits were in flight; the task allows 8`
//! - Hint: threads for the waits, as in exercise 3. `ThreadPool::install` runs a closure in a pool,
//!   and blocks its caller, which costs no core.

use rayon::{
    ThreadPoolBuilder,
    iter::{IntoParallelRefIterator, ParallelIterator},
};

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
    pool.install(|| urls.par_iter().map(|url| parse(&fetch(url)?)).collect())
}
