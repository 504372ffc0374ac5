//! The mutex is unlocked before the payment is made.

use std::sync::Mutex;

use futures_util::future::join_all;
use pair::{Unit, unit::waiting};

use crate::job::{TICKETS, Till};

/// Serves so many customers, and says who got a ticket.
pub(crate) async fn sell_all(customers: usize, till: &Till) -> Vec<bool> {
    let tickets = &Mutex::new(TICKETS);
    join_all((0..customers).map(|index| Unit::begin(index).drive(sell(tickets, till)))).await
}

async fn sell(tickets: &Mutex<usize>, till: &Till) -> bool {
    // The check and the change are under one lock, or two customers could get the last ticket.
    // There is no await in this block, and the guard ends with it.
    {
        let mut left = waiting(|| tickets.lock()).expect("nobody panics while holding it");
        if *left == 0 {
            return false;
        }
        *left -= 1;
    }
    till.pay().await;
    true
}
