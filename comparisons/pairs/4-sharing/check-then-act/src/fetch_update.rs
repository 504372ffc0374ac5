//! An atomic exchange that happens only if the balance is still the one that was checked.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::account::Account;

/// Withdraws this amount if the balance covers it, and returns whether it did.
pub(crate) fn withdraw(account: &Account<AtomicI64>, amount: i64) -> bool {
    // `fetch_update` is a loop around `compare_exchange_weak`: if the balance is another one by
    // the time of the exchange, the closure runs again with that. Nothing else in memory depends
    // on the balance, so the orderings may be relaxed.
    let next = |balance| account.covers(balance, amount).then_some(balance - amount);
    account.balance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
}
