//! Ten connections at a time.

use std::{io, net::SocketAddr};

use futures_util::{StreamExt, stream};

use crate::job::fetch;

/// Fetches so many pages, each over a connection of its own.
pub(crate) async fn fetch_all(pages: usize, server: SocketAddr) -> Vec<io::Result<usize>> {
    let fetches = (0..pages).map(|page| fetch(page, server));
    // The eleventh connects when one of the first ten has ended. The results come as they arrive;
    // `buffered` would keep their order.
    stream::iter(fetches).buffer_unordered(10).collect().await
}
