//! The locks in an order of their own.

use crate::{bank::Bank, job::book};

/// Moves an amount from one account to another.
pub(crate) fn transfer(bank: &Bank<i64>, from: usize, to: usize, amount: i64) {
    let mut lower = bank.lock(from.min(to));
    // Whichever way the money goes, nobody who has the lock of the higher account asks for that of
    // the lower one. So the threads cannot wait in a circle.
    let mut higher = bank.lock(from.max(to));
    if from < to {
        book(&mut lower, &mut higher, amount);
    } else {
        book(&mut higher, &mut lower, amount);
    }
}
