//! In two orders the transfers never end, in the other ways both are done.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use crate::{
    bank::Bank,
    job::{BALANCES, Transfer, both},
    one_lock, right, try_lock, wrong,
};

/// Has both transfers made in one way. `None` if they do not end.
fn made<T: Default + Send + 'static>(
    bank: Bank<T>,
    transfer: Transfer<T>,
    patience: Duration,
) -> Option<Arc<Bank<T>>> {
    let bank = Arc::new(bank);
    let shared = Arc::clone(&bank);
    pair::within(patience, move || both(&shared, transfer))?;
    Some(bank)
}

const LONG: Duration = Duration::from_mins(1);

// The locks bring about the bad moment each time, so it takes no luck to see this.
#[test]
fn in_two_orders_they_wait_for_each_other() {
    assert!(made(Bank::new(BALANCES), wrong::transfer, Duration::from_secs(1)).is_none());
}

#[test]
fn in_one_order_both_are_done() {
    let bank = made(Bank::new(BALANCES), right::transfer, LONG).expect("it ends");
    assert_eq!((*bank.lock(0), *bank.lock(1)), (80, 120));
}

#[test]
fn one_lock_has_no_order() {
    let bank = made(Bank::new([BALANCES]), one_lock::transfer, LONG).expect("it ends");
    assert_eq!(*bank.lock(0), [80, 120]);
}

#[test]
fn what_is_given_back_lets_the_other_go_on() {
    let bank = made(Bank::new(BALANCES), try_lock::transfer, LONG).expect("it ends");
    assert_eq!((*bank.lock(0), *bank.lock(1)), (80, 120));
    // Both have a lock by then, so the first to try for the other one is refused.
    assert!(bank.refused.load(Relaxed) >= 1);
}
