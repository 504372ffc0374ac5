//! What is done: two transfers, each on a thread of its own.

use std::{
    sync::atomic::Ordering::Relaxed,
    thread,
    time::{Duration, Instant},
};

use pair::Unit;

use crate::bank::Bank;

/// What is on the two accounts.
pub(crate) const BALANCES: [i64; 2] = [100, 100];

/// Who pays, who is paid, and how much.
const TRANSFERS: [(usize, usize, i64); 2] = [(0, 1, 30), (1, 0, 10)];

/// How long a transfer computes.
const WORK: Duration = Duration::from_millis(20);

/// A way to make a transfer from one account to another, of so much.
pub(crate) type Transfer<T> = fn(&Bank<T>, usize, usize, i64);

/// Has both transfers made at the same time.
pub(crate) fn both<T: Send>(bank: &Bank<T>, transfer: Transfer<T>) {
    thread::scope(|scope| {
        for (index, (from, to, amount)) in TRANSFERS.into_iter().enumerate() {
            let way = move || {
                Unit::begin(index).run(|| transfer(bank, from, to, amount));
                bank.done.fetch_add(1, Relaxed);
            };
            let name = format!("{from} pays {to}, thread");
            let thread = thread::Builder::new().name(name).spawn_scoped(scope, way);
            thread.expect("there is room for two threads");
        }
    });
}

/// Moves the money, while both balances are locked.
pub(crate) fn book(source: &mut i64, target: &mut i64, amount: i64) {
    *source -= amount;
    *target += amount;
    let start = Instant::now();
    while start.elapsed() < WORK {
        std::hint::spin_loop();
    }
}
