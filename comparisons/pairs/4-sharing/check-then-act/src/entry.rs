//! The balance is one of a map's, and its entry is checked and changed while the map is locked.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Mutex,
};

use crate::account::Account;

/// Withdraws this amount if the balance covers it, and returns whether it did.
pub(crate) fn withdraw(account: &Account<Mutex<HashMap<u32, i64>>>, amount: i64) -> bool {
    let mut balances = account.lock();
    // An entry borrows the map mutably, so the guard cannot be dropped while the entry is in use.
    let Entry::Occupied(mut balance) = balances.entry(account.number) else { return false };
    let granted = account.covers(*balance.get(), amount);
    if granted {
        *balance.get_mut() -= amount;
    }
    granted
}
