//! Serves lines on rayon's pool of threads.
//!
//! ```sh
//! cargo run --release -p echo-rayon
//! cargo run --release -p echo-rayon -- --workers 100
//! ```
//!
//! Unlike *threads*, it spawns a job per connection into a pool. But rayon is made for computing:
//! its pool has a thread per core, a job that waits for a client keeps its thread, and the clients
//! beyond that wait until one of the first has left. A pool of the size of *threads*, as in the
//! second command, holds them all, and is then a crew of threads with another name.

use std::{
    net::TcpListener,
    sync::mpsc::{self, Sender},
};

use anyhow::{Context, Result};
use echo_workload::{Served, Settings, blocking::Server};
use harness::Limits;

/// Serves whoever connects until it is asked to stop, one at a time on each thread of the pool, of
/// at most `limits.in_flight` that it has accepted.
pub fn serve(listener: TcpListener, settings: &Settings, limits: Limits) -> Result<Served> {
    let at_once = settings.at_once(limits);
    let server = Server::new(listener, settings);
    settings.open()?;
    let (end, ended) = mpsc::channel();
    let mut open = 0;
    // Accepting would take one of the pool's few threads, so it stays on this one. The scope ends
    // when all its jobs have, so they may borrow the server.
    rayon::in_place_scope(|scope| {
        for index in 0.. {
            open -= ended.try_iter().count();
            if open == at_once {
                // The pool's queue has no bound of its own; here it gets one.
                ended.recv().context("a job has the other end")?;
                open -= 1;
            }
            let Some(stream) = server.accept()? else { break };
            let (server, place) = (&server, Place(end.clone()));
            scope.spawn(move |_| {
                let _place = place;
                server.converse(index, stream);
            });
            open += 1;
        }
        anyhow::Ok(())
    })?;
    Ok(server.served())
}

/// A place for a connection. It is free again when this is dropped, also if the connection panics.
struct Place(Sender<()>);

impl Drop for Place {
    fn drop(&mut self) {
        // After the last client nobody waits for a free place any more.
        let _ = self.0.send(());
    }
}
