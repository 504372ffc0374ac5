//! Checks who counts which segments.

use std::{
    ops::Range,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use ex_06::count_primes;
use watch::{Gauge, Patience, Threads, within_deadline};

/// So many segments of equal width.
fn segments(number: u64) -> Vec<Range<u64>> {
    (0..number).map(|index| index * 100..(index + 1) * 100).collect()
}

/// How many primes are in a segment, by trial division.
fn primes(segment: &Range<u64>) -> u64 {
    let is_prime =
        |n: u64| n > 1 && (2..n).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d));
    segment.clone().map(|n| u64::from(is_prime(n))).sum()
}

#[test]
fn the_others_are_counted_while_one_segment_takes_long() {
    within_deadline(|| {
        let (ended, patience) = (AtomicUsize::new(0), Patience::new());
        let meanwhile = AtomicUsize::new(0);
        count_primes(&segments(16), 4, |segment| {
            if segment.start == 0 {
                // This one takes until all others have been counted.
                patience.wait_until(|| ended.load(SeqCst) == 15);
                meanwhile.store(ended.load(SeqCst), SeqCst);
            }
            ended.fetch_add(1, SeqCst);
            primes(segment)
        });
        let meanwhile = meanwhile.into_inner();
        assert!(
            meanwhile == 15,
            "one segment took long, and {meanwhile} of the 15 others were counted meanwhile; \
             wanted: all"
        );
    });
}

#[test]
fn all_workers_take_part() {
    within_deadline(|| {
        let (gauge, threads) = (Gauge::wanting(3), Threads::default());
        count_primes(&segments(30), 3, |segment| {
            let _inside = gauge.enter();
            threads.note();
            gauge.hold();
            primes(segment)
        });
        gauge.check("segment", "being counted");
        assert_eq!(threads.count(), 3, "how many threads took part");
    });
}

#[test]
fn each_segment_is_counted_once() {
    within_deadline(|| {
        for (number, workers, wanted) in [(100, 4, 1229), (3, 8, 62), (10, 1, 168), (0, 2, 0)] {
            let counted = Mutex::new(Vec::new());
            let count = count_primes(&segments(number), workers, |segment| {
                counted.lock().expect("nobody panics").push(segment.start);
                primes(segment)
            });
            let mut counted = counted.into_inner().expect("nobody panics");
            counted.sort_unstable();
            let all: Vec<u64> = segments(number).iter().map(|segment| segment.start).collect();
            assert_eq!(counted, all, "the segments that were counted, by where they begin");
            assert_eq!(count, wanted, "the primes in {number} segments");
        }
    });
}
