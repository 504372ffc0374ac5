//! Checks how far the producers get ahead of the consumer, and that nothing is lost.

use std::{
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    thread,
    time::Duration,
};

use ex_09::{BOUND, transfer};
use watch::{Patience, amount_was, within_deadline};

/// How many items each producer makes.
const ITEMS: usize = 1_000;

#[test]
fn the_queue_stays_within_its_bound() {
    within_deadline(|| {
        let (made, patience) = (AtomicUsize::new(0), Patience::new());
        let producer = || (0..ITEMS).inspect(|_| _ = made.fetch_add(1, SeqCst));
        // What is queued, what each of two producers holds while it waits, what is being consumed.
        let allowed = BOUND + 2 + 1;
        let (mut consumed, mut peak) = (0, 0);
        transfer(vec![producer(), producer()], |_| {
            if consumed == 0 {
                // The first item takes until the queue is full, and a moment in which it could
                // grow.
                patience.wait_until(|| made.load(SeqCst) >= allowed);
                thread::sleep(Duration::from_millis(50));
            }
            peak = peak.max(made.load(SeqCst) - consumed);
            consumed += 1;
        });
        let seen = amount_was(peak, "item");
        assert!(peak <= allowed, "{seen} under way at once; the task allows {allowed}");
        assert!(peak >= allowed, "at most {seen} under way; the task allows {allowed}");
        assert_eq!(consumed, 2 * ITEMS, "how many items were consumed");
    });
}

#[test]
fn a_producer_may_pause() {
    within_deadline(|| {
        let pausing = (0..10).inspect(|&number| {
            if number == 5 {
                thread::sleep(Duration::from_millis(500));
            }
        });
        let mut consumed = Vec::new();
        transfer(vec![pausing], |number| consumed.push(number));
        let lost = 10 - consumed.len();
        assert!(lost == 0, "a producer paused, and {} lost", amount_was(lost, "item"));
    });
}

#[test]
fn items_keep_their_order() {
    within_deadline(|| {
        let producers = (0..3).map(|name| (0..ITEMS).map(move |number| (name, number))).collect();
        let mut consumed = vec![Vec::new(); 3];
        transfer(producers, |(name, number): (usize, usize)| consumed[name].push(number));
        for (name, numbers) in consumed.iter().enumerate() {
            assert!(numbers.is_sorted(), "the items of producer {name} are out of order");
            assert_eq!(numbers.len(), ITEMS, "how many items of producer {name} were consumed");
        }
    });
}

#[test]
fn it_ends_without_producers() {
    within_deadline(|| {
        transfer(Vec::<std::iter::Empty<()>>::new(), |()| panic!("nobody made this"));
    });
}
