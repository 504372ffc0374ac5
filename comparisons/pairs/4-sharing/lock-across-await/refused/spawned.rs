//! rustc: future cannot be sent between threads safely
//!
//! A runtime with several threads may poll a spawned future on another thread than before. So it
//! must be `Send`, and a future that holds the guard of a std mutex while it waits is not:
//!
//! ```text
//! has type `std::sync::MutexGuard<'_, usize>` which is not `Send`
//! await occurs here, with `mut left` maybe used later
//! ```

use std::sync::{Arc, Mutex};

/// Asks of a future what `tokio::spawn` asks.
fn spawn(_: impl Future<Output = ()> + Send + 'static) {}

async fn pay() {}

pub fn sell(tickets: Arc<Mutex<usize>>) {
    spawn(async move {
        let mut left = tickets.lock().expect("nobody panics while holding it");
        pay().await;
        *left -= 1;
    });
}
