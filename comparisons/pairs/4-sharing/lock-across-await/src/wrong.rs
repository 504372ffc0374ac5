//! The mutex stays locked until the payment is made.

use std::sync::Mutex;

use futures_util::future::join_all;
use pair::{Unit, unit::waiting};

use crate::job::{TICKETS, Till};

/// Serves so many customers, and says who got a ticket.
pub(crate) async fn sell_all(customers: usize, till: &Till) -> Vec<bool> {
    let tickets = &Mutex::new(TICKETS);
    join_all((0..customers).map(|index| Unit::begin(index).drive(sell(tickets, till)))).await
}

#[expect(clippy::await_holding_lock, reason = "clippy sees the mistake")]
async fn sell(tickets: &Mutex<usize>, till: &Till) -> bool {
    let mut left = waiting(|| tickets.lock()).expect("nobody panics while holding it");
    if *left == 0 {
        return false;
    }
    // Here the runtime polls the next customer, whose `lock` blocks the thread.
    till.pay().await;
    *left -= 1;
    true
}
