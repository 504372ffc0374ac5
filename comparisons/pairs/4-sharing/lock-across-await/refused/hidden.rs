//! clippy: this `MutexGuard` is held across an await point
//!
//! The guard has no name here. It lives as long as the `match` whose head it stands in.

use std::sync::Mutex;

async fn pay() {}

pub async fn sell(tickets: &Mutex<usize>) -> bool {
    match tickets.lock().expect("nobody panics while holding it").checked_sub(1) {
        Some(_) => {
            pay().await;
            true
        }
        None => false,
    }
}
