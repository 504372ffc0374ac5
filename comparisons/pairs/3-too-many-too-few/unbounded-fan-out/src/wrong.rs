//! As many connections as there are pages.

use std::{io, net::SocketAddr};

use futures_util::future::join_all;

use crate::job::fetch;

/// Fetches so many pages, each over a connection of its own.
pub(crate) async fn fetch_all(pages: usize, server: SocketAddr) -> Vec<io::Result<usize>> {
    let fetches = (0..pages).map(|page| fetch(page, server));
    // All connect at the same time, and each connection takes a file descriptor. When there is none
    // left, the system does not wait for one: it refuses.
    join_all(fetches).await
}
