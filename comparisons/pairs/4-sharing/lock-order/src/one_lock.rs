//! One lock for both accounts.

use crate::{bank::Bank, job::book};

/// Moves an amount from one account to another.
pub(crate) fn transfer(bank: &Bank<[i64; 2]>, from: usize, to: usize, amount: i64) {
    // With a single lock there is no order to get wrong. But transfers between other accounts now
    // wait for this one, too.
    let mut balances = bank.lock(0);
    let [source, target] =
        balances.get_disjoint_mut([from, to]).expect("these are two different accounts");
    book(source, target, amount);
}
