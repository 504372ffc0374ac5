//! Serves lines with a thread per connection.
//!
//! ```sh
//! cargo run --release -p echo-threads
//! ```
//!
//! Unlike *sequential*, it starts a thread for each connection, then accepts the next. The thread
//! spends its life waiting for its client's next line. It is blocked and uses no core, but as long
//! as the client stays, it takes a stack and a place in the system's tables.

use std::{
    net::TcpListener,
    sync::mpsc::{self, Sender},
    thread,
};

use anyhow::{Context, Result};
use echo_workload::{Served, Settings, blocking::Server};
use harness::Limits;

/// Serves clients until it is asked to stop, at most `limits.in_flight` at a time.
pub fn serve(listener: TcpListener, settings: &Settings, limits: Limits) -> Result<Served> {
    let at_once = settings.at_once(limits);
    let server = Server::new(listener, settings);
    settings.open()?;
    let (end, ended) = mpsc::channel();
    let mut open = 0;
    // The scope waits for all its threads, so they may borrow the server.
    thread::scope(|scope| {
        for index in 0.. {
            open -= ended.try_iter().count();
            if open == at_once {
                // All places are taken, so the next client waits until a thread has ended.
                ended.recv().expect("`end` keeps the channel open");
                open -= 1;
            }
            let Some(stream) = server.accept()? else { break };
            let (server, place) = (&server, Place(end.clone()));
            let thread = thread::Builder::new().spawn_scoped(scope, move || {
                let _place = place;
                server.converse(index, stream);
            });
            // Otherwise the open connections would keep the server from ending.
            thread.inspect_err(|_| settings.stop.ask()).context("cannot start so many threads")?;
            open += 1;
        }
        anyhow::Ok(())
    })?;
    Ok(server.served())
}

/// A place for a connection. Dropping it frees the place, even if the connection panics.
struct Place(Sender<()>);

impl Drop for Place {
    fn drop(&mut self) {
        // After the last client, nobody waits for a free place.
        let _ = self.0.send(());
    }
}
