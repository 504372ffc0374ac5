//! The ways to hold a balance.

use std::{
    collections::HashMap,
    sync::{Mutex, atomic::AtomicI64},
};

/// Holds the balances of one account or more.
pub(crate) trait Balance: Sync {
    /// Opens an account with this balance.
    fn open(number: u32, balance: i64) -> Self;

    /// What is left in the end.
    fn left(self) -> i64;
}

impl Balance for Mutex<i64> {
    fn open(_: u32, balance: i64) -> Self {
        Self::new(balance)
    }

    fn left(self) -> i64 {
        self.into_inner().expect("nobody panics while holding it")
    }
}

impl Balance for AtomicI64 {
    fn open(_: u32, balance: i64) -> Self {
        Self::new(balance)
    }

    fn left(self) -> i64 {
        self.into_inner()
    }
}

impl Balance for Mutex<HashMap<u32, i64>> {
    fn open(number: u32, balance: i64) -> Self {
        Self::new(HashMap::from([(number, balance)]))
    }

    fn left(self) -> i64 {
        self.into_inner().expect("nobody panics while holding it").into_values().sum()
    }
}
