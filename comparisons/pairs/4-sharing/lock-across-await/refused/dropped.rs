//! rustc: future cannot be sent between threads safely
//!
//! `drop` does unlock the mutex before the await. But after a change through the guard, the
//! compiler still counts the guard as part of the future. A block around it is understood.

use std::sync::{Arc, Mutex};

/// Asks of a future what `tokio::spawn` asks.
fn spawn(_: impl Future<Output = ()> + Send + 'static) {}

async fn pay() {}

pub fn sell(tickets: Arc<Mutex<usize>>) {
    spawn(async move {
        let mut left = tickets.lock().expect("nobody panics while holding it");
        *left -= 1;
        drop(left);
        pay().await;
    });
}
