//! Serves lines on a fixed set of threads, fed through a crossbeam channel.
//!
//! ```sh
//! cargo run --release -p echo-crossbeam
//! cargo run --release -p echo-crossbeam -- --limit 10
//! ```
//!
//! Unlike *threads*, it starts all its threads beforehand and hands them the connections through a
//! channel. That saves starting a thread per connection. But a thread belongs to its client as long
//! as that client is connected, idle or not. With fewer threads than clients, as in the second
//! command, the other clients wait.

use std::{net::TcpListener, thread};

use anyhow::{Context, Result};
use crossbeam_channel::bounded;
use echo_workload::{Served, Settings, blocking::Server};
use harness::Limits;

/// Serves clients until it is asked to stop, at most `limits.in_flight` at a time.
pub fn serve(listener: TcpListener, settings: &Settings, limits: Limits) -> Result<Served> {
    let at_once = settings.at_once(limits);
    let server = Server::new(listener, settings);
    // The channel has no capacity: a connection is handed over only when a thread is free to serve
    // it. Accepting more would not serve them faster.
    let (send, next) = bounded(0);
    // The scope waits for all its threads, so they may borrow the server.
    thread::scope(|scope| {
        for _ in 0..at_once {
            let (server, next) = (&server, next.clone());
            let thread = thread::Builder::new().spawn_scoped(scope, move || {
                // Unlike std's, a crossbeam channel may have many receivers: each connection goes
                // to one of them.
                for (index, stream) in next {
                    server.converse(index, stream);
                }
            });
            thread.context("cannot start so many threads")?;
        }
        // Now only the threads have a receiver. Sending fails only if all of them have panicked,
        // and the scope passes the panic on.
        drop(next);
        settings.open()?;
        for index in 0.. {
            let Some(stream) = server.accept()? else { break };
            if send.send((index, stream)).is_err() {
                break;
            }
        }
        // A closed channel tells the threads that no more connections will come.
        drop(send);
        anyhow::Ok(())
    })?;
    Ok(server.served())
}
