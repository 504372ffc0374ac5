//! The locks in the order in which the money goes, but nobody waits while holding one.

use std::{thread, time::Duration};

use pair::unit::waiting;

use crate::{bank::Bank, job::book};

/// Moves an amount from one account to another.
pub(crate) fn transfer(bank: &Bank<i64>, from: usize, to: usize, amount: i64) {
    loop {
        let mut source = bank.lock(from);
        if let Some(mut target) = bank.try_lock(to) {
            book(&mut source, &mut target, amount);
            return;
        }
        // Without the second lock, this gives back the first one, so that the other can go on.
        drop(source);
        // A pause of random length: otherwise both could go on to try, fail and give back in step.
        waiting(|| thread::sleep(Duration::from_micros(fastrand::u64(..1_000))));
    }
}
