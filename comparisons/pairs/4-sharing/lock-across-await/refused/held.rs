//! clippy: this `MutexGuard` is held across an await point
//!
//! Nobody asks this future to be `Send`, so the compiler takes it. Clippy does not.

use std::sync::Mutex;

async fn pay() {}

pub async fn sell(tickets: &Mutex<usize>) {
    let mut left = tickets.lock().expect("nobody panics while holding it");
    pay().await;
    *left -= 1;
}
