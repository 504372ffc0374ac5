//! What is waited for.

use std::time::Duration;

use pair::Unit;
use tokio::time::sleep;

/// How long a page takes to come.
const LATENCY: Duration = Duration::from_millis(50);

/// Fetches a page, and returns its number.
pub(crate) async fn fetch(page: usize) -> usize {
    let answer = async {
        sleep(LATENCY).await;
        page
    };
    Unit::begin(page).drive(answer).await
}
