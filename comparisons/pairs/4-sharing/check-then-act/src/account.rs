//! An account that two people draw on.

use std::sync::{Mutex, MutexGuard};

use pair::unit;

use crate::meeting::{Meeting, Point};

/// What is on an account at first.
pub(crate) const OPENING: i64 = 100;
/// What each of the two withdraws.
pub(crate) const AMOUNT: i64 = 80;

#[derive(Debug)]
pub(crate) struct Account<B> {
    pub(crate) number: u32,
    pub(crate) balance: B,
    /// Has the two meet at the worst moment. Without it, that is left to chance.
    pub(crate) meeting: Option<Meeting>,
}

impl<B> Account<B> {
    /// Decides whether this balance covers the amount.
    pub(crate) fn covers(&self, balance: i64, amount: i64) -> bool {
        if let Some(meeting) = &self.meeting {
            meeting.decide();
        }
        balance >= amount
    }
}

impl<T> Account<Mutex<T>> {
    /// Locks the balance.
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        let lock = || self.balance.lock().expect("nobody panics while holding it");
        let Some(meeting) = &self.meeting else { return lock() };
        self.balance.try_lock().unwrap_or_else(|_| {
            meeting.reach(Point::SecondIsDoneOrBlocked);
            unit::waiting(lock)
        })
    }
}
