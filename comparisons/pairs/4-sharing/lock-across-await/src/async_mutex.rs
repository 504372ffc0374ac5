//! A mutex that can stay locked across an await, until the payment is made.

use futures_util::future::join_all;
use pair::Unit;
use tokio::sync::Mutex;

use crate::job::{TICKETS, Till};

/// Serves so many customers, and says who got a ticket.
pub(crate) async fn sell_all(customers: usize, till: &Till) -> Vec<bool> {
    let tickets = &Mutex::new(TICKETS);
    join_all((0..customers).map(|index| Unit::begin(index).drive(sell(tickets, till)))).await
}

async fn sell(tickets: &Mutex<usize>, till: &Till) -> bool {
    // Whoever waits for this lock lets others run on the thread, so it is no deadlock. But one
    // payment is made after the other.
    let mut left = tickets.lock().await;
    if *left == 0 {
        return false;
    }
    till.pay().await;
    *left -= 1;
    true
}
