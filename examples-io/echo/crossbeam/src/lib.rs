//! Serves lines on a crew of threads that is fed through a crossbeam channel.
//!
//! ```sh
//! cargo run --release -p echo-crossbeam
//! cargo run --release -p echo-crossbeam -- --limit 10
//! ```
//!
//! Unlike *threads*, it starts all its threads beforehand, and hands them the connections through a
//! channel. That saves the start of a thread per connection, but a thread is busy with a client as
//! long as that client is connected, idle or not: a crew smaller than the number of clients, as in
//! the second command, makes the others wait.

use std::{net::TcpListener, thread};

use anyhow::{Context, Result};
use crossbeam_channel::bounded;
use echo_workload::{Served, Settings, blocking::Server};
use harness::Limits;

/// Serves whoever connects until it is asked to stop, at most `limits.in_flight` at a time.
pub fn serve(listener: TcpListener, settings: &Settings, limits: Limits) -> Result<Served> {
    let at_once = settings.at_once(limits);
    let server = Server::new(listener, settings);
    // The channel holds nothing: a connection changes hands only when somebody is free to serve it.
    // More of them would be no faster served for having been accepted.
    let (send, next) = bounded(0);
    // The scope ends when all its threads have, so they may borrow the server.
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
        // With this receiver gone, only the threads have one. Sending fails if none of them is left:
        // then all have panicked, which the scope passes on.
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
