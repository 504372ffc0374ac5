//! The loop has one page in flight, the others have more.

use pair::unit;

use crate::{lazy, right, set, stream, wrong};

/// What one way fetched, and the most pages that it had in flight.
fn fetched(fetch_all: impl Future<Output = Vec<usize>>) -> (Vec<usize>, usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    unit::forget_peak();
    let pages = runtime.expect("there is memory for it").block_on(fetch_all);
    (pages, unit::peak())
}

// One test, since what is in flight is counted for the whole program.
#[test]
fn only_awaiting_together_overlaps() {
    let pages: Vec<usize> = (0..20).collect();
    assert_eq!(fetched(wrong::fetch_all(20)), (pages.clone(), 1));
    assert_eq!(fetched(right::fetch_all(20)), (pages.clone(), 20));
    assert_eq!(fetched(set::fetch_all(20)), (pages.clone(), 20));
    assert_eq!(fetched(stream::fetch_all(20)), (pages, 5));
    assert_eq!(fetched(lazy::fetch_all(20)), (Vec::new(), 0));
}
