//! An atomic load, then an atomic store.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::account::Account;

/// Withdraws this amount if the balance covers it, and returns whether it did.
pub(crate) fn withdraw(account: &Account<AtomicI64>, amount: i64) -> bool {
    // Each of the two accesses is atomic. The pair is not, not even with `SeqCst`.
    let balance = account.balance.load(Ordering::SeqCst);
    let granted = account.covers(balance, amount);
    if granted {
        // This overwrites whatever somebody else has stored since the load.
        account.balance.store(balance - amount, Ordering::SeqCst);
    }
    granted
}
