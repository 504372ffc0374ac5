//! The balance stays locked from the check to the change.

use std::sync::Mutex;

use crate::account::Account;

/// Withdraws this amount if the balance covers it, and returns whether it did.
pub(crate) fn withdraw(account: &Account<Mutex<i64>>, amount: i64) -> bool {
    // The guard lives until the function returns, so nobody can change the balance in between.
    let mut balance = account.lock();
    let granted = account.covers(*balance, amount);
    if granted {
        *balance -= amount;
    }
    granted
}
