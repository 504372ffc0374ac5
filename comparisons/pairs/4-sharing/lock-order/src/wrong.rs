//! The locks in the order in which the money goes.

use crate::{bank::Bank, job::book};

/// Moves an amount from one account to another.
pub(crate) fn transfer(bank: &Bank<i64>, from: usize, to: usize, amount: i64) {
    let mut source = bank.lock(from);
    // The transfer in the other direction by now has the lock of `to`, and asks for that of `from`.
    let mut target = bank.lock(to);
    book(&mut source, &mut target, amount);
}
