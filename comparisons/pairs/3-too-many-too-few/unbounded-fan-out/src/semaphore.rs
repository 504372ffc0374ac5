//! Ten connections at a time, however many places in the program make some.

use std::{io, net::SocketAddr};

use futures_util::future::join_all;
use tokio::sync::Semaphore;

use crate::job::fetch;

/// Fetches so many pages, each over a connection of its own.
pub(crate) async fn fetch_all(pages: usize, server: SocketAddr) -> Vec<io::Result<usize>> {
    let permits = Semaphore::new(10);
    let fetches = (0..pages).map(async |page| {
        // The permit goes back when it is dropped, also if the fetch fails or is cancelled.
        let _permit = permits.acquire().await.expect("nobody closes the semaphore");
        fetch(page, server).await
    });
    // All two hundred futures exist, but only ten of them have a connection.
    join_all(fetches).await
}
