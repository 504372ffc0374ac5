//! The balance is locked to read it, and locked again to change it.

use std::sync::Mutex;

use crate::account::Account;

/// Withdraws this amount if the balance covers it, and returns whether it did.
pub(crate) fn withdraw(account: &Account<Mutex<i64>>, amount: i64) -> bool {
    // The guard is dropped at the semicolon: from here on, this balance is a copy.
    let balance = *account.lock();
    let granted = account.covers(balance, amount);
    if granted {
        // By now somebody else may have changed the balance.
        *account.lock() -= amount;
    }
    granted
}
