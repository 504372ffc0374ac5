//! Serves lines to one client after the other: the baseline of the row.
//!
//! ```sh
//! cargo run --release -p echo-sequential
//! ```

use std::net::TcpListener;

use anyhow::Result;
use echo_workload::{Served, Settings, blocking::Server};
use harness::Limits;

/// Serves whoever connects until it is asked to stop, one connection at a time.
pub fn serve(listener: TcpListener, settings: &Settings, _limits: Limits) -> Result<Served> {
    let server = Server::new(listener, settings);
    settings.open()?;
    for index in 0.. {
        let Some(stream) = server.accept()? else { break };
        // The next client is not accepted before this one has closed its connection: it is
        // connected, since the system sees to that, but nobody reads what it sends.
        server.converse(index, stream);
    }
    Ok(server.served())
}
