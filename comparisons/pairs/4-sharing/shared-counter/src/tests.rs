//! Every way counts right. The shared ones pay for it.

use std::time::{Duration, Instant};

use crate::{atomic, neighbours, padded, right, wrong};

const EACH: u64 = 500_000;

#[test]
fn every_way_counts_all() {
    for count in [wrong::count, atomic::count, neighbours::count, padded::count, right::count] {
        assert_eq!(count(3, 100_000), 300_000);
    }
}

/// The least time of a few runs, which is the one that the machine disturbed least.
fn least(count: fn(usize, u64) -> u64) -> Duration {
    let time = |_| {
        let start = Instant::now();
        assert_eq!(count(2, EACH), 2 * EACH);
        start.elapsed()
    };
    (0..5).map(time).min().expect("there are some")
}

// Locking costs several times as much as an addition even if nobody else locks, so this holds on
// one core, too. How many times is for the claims to say, which are measured on a quiet machine.
#[test]
fn a_shared_counter_costs_more() {
    let right = least(right::count);
    for shared in [wrong::count, atomic::count] {
        let shared = least(shared);
        assert!(shared > right, "{shared:?} and {right:?}");
    }
}
