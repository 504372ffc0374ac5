//! Holding the lock, no payment ends; without it, all are made at the same time.

use std::{sync::Arc, time::Duration};

use crate::{
    async_mutex,
    job::{ORDERS, TICKETS, Till, block_on},
    owner, right, wrong,
};

/// How many tickets one way sells and how many payments it makes at once. `None` if it never ends.
fn sold(
    patience: Duration,
    sell_all: impl FnOnce(&Till) -> Vec<bool> + Send + 'static,
) -> Option<(usize, usize)> {
    let till = Arc::new(Till::default());
    let shared = Arc::clone(&till);
    let sold = pair::within(patience, move || sell_all(&shared))?;
    assert_eq!(till.paid(), TICKETS);
    Some((sold.into_iter().filter(|sold| *sold).count(), till.most_at_once()))
}

const LONG: Duration = Duration::from_mins(1);

#[test]
fn a_lock_that_is_held_across_an_await_blocks_the_thread() {
    let way = |till: &Till| block_on(wrong::sell_all(ORDERS, till));
    assert_eq!(sold(Duration::from_secs(1), way), None);
    // One customer alone blocks nobody, which is how the mistake passes tests.
    let till = Till::default();
    assert_eq!(block_on(wrong::sell_all(1, &till)), [true]);
}

#[test]
fn a_lock_that_ends_before_the_await_lets_payments_overlap() {
    let way = |till: &Till| block_on(right::sell_all(ORDERS, till));
    assert_eq!(sold(LONG, way), Some((TICKETS, TICKETS)));
}

#[test]
fn an_async_mutex_makes_one_payment_after_the_other() {
    let way = |till: &Till| block_on(async_mutex::sell_all(ORDERS, till));
    assert_eq!(sold(LONG, way), Some((TICKETS, 1)));
}

#[test]
fn an_owner_lets_payments_overlap() {
    let way = |till: &Till| block_on(owner::sell_all(ORDERS, till));
    assert_eq!(sold(LONG, way), Some((TICKETS, TICKETS)));
}
