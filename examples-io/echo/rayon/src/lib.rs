//! Serves lines on rayon's pool of threads.
//!
//! ```sh
//! cargo run --release -p echo-rayon
//! cargo run --release -p echo-rayon -- --workers 100
//! ```
//!
//! Unlike *threads*, it spawns a job per connection into a pool. But rayon is made for computing:
//! its pool has a thread per core, and a job that waits for its client keeps its thread. All other
//! clients wait until one of the first has left. The second command makes a pool that holds all
//! clients, which is then no different from *crossbeam*.

use std::{
    net::TcpListener,
    sync::mpsc::{self, Sender},
};

use anyhow::Result;
use echo_workload::{Served, Settings, blocking::Server};
use harness::Limits;

/// Serves clients until it is asked to stop, one at a time on each thread of the pool. It accepts
/// at most `limits.in_flight` at a time.
pub fn serve(listener: TcpListener, settings: &Settings, limits: Limits) -> Result<Served> {
    let at_once = settings.at_once(limits);
    let server = Server::new(listener, settings);
    settings.open()?;
    let (end, ended) = mpsc::channel();
    let mut open = 0;
    // Accepting would take one of the pool's few threads, so it stays on this one. The scope waits
    // for all its jobs, so they may borrow the server.
    rayon::in_place_scope(|scope| {
        for index in 0.. {
            open -= ended.try_iter().count();
            if open == at_once {
                // The pool's queue has no bound, so this gives it one.
                ended.recv().expect("`end` keeps the channel open");
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

/// A place for a connection. Dropping it frees the place, even if the connection panics.
struct Place(Sender<()>);

impl Drop for Place {
    fn drop(&mut self) {
        // After the last client, nobody waits for a free place.
        let _ = self.0.send(());
    }
}
