//! Serves lines to one client after the other: the baseline of the row.
//!
//! ```sh
//! cargo run --release -p echo-sequential
//! ```

use std::net::TcpListener;

use anyhow::Result;
use echo_workload::{Served, Settings, blocking::Server};
use harness::Limits;

/// Serves clients until it is asked to stop, one connection at a time.
pub fn serve(listener: TcpListener, settings: &Settings, _limits: Limits) -> Result<Served> {
    let server = Server::new(listener, settings);
    settings.open()?;
    for index in 0.. {
        let Some(stream) = server.accept()? else { break };
        // The next client is accepted only when this one has closed its connection. The system
        // connects it meanwhile, but nobody reads its lines.
        server.converse(index, stream);
    }
    Ok(server.served())
}
