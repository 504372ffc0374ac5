//! Serves lines in worker processes that share the listening socket.
//!
//! ```sh
//! cargo run --release -p echo-processes
//! ```
//!
//! Unlike *sequential*, it starts its workers before the first client comes, as the servers of the
//! eighties did with `fork`. Each is a *sequential* of its own, and holds one connection at a time;
//! all of them accept from the same socket, which they inherit, and the system gives a client to
//! one that is free. (With `SO_REUSEPORT` each would have a socket of its own, and a client would
//! wait in the queue of a busy worker while another has nothing to do.) A worker that crashes takes
//! one connection with it, and a fresh one takes its place.

mod worker;

use std::{net::TcpListener, time::Duration};

use anyhow::Result;
use echo_workload::{Served, Settings, blocking::Server};
use harness::Limits;
use worker::Worker;
pub use worker::{Share, run_if_asked};

/// How often the workers are looked after.
const ROUND: Duration = Duration::from_millis(100);

/// Serves whoever connects until it is asked to stop, at most `limits.in_flight` at a time.
pub fn serve(listener: TcpListener, settings: &Settings, limits: Limits) -> Result<Served> {
    let workers = settings.at_once(limits);
    let start = |number| {
        let share = Share { number, workers, rules: settings.rules.clone() };
        Worker::start(&listener, &share)
    };
    let mut crew: Vec<Worker> = (0..workers).map(start).collect::<Result<_>>()?;
    while !settings.stop.wait_for(ROUND) {
        for (number, worker) in crew.iter_mut().enumerate() {
            if worker.has_ended() {
                *worker = start(number)?;
            }
        }
    }
    // All are told before the first is waited for, so that they end side by side.
    crew.iter_mut().for_each(Worker::stop);
    let mut served = Served::default();
    for worker in crew {
        served += worker.join();
    }
    Ok(served)
}

/// What each worker process does: `main` hands this over.
#[must_use]
pub fn work(listener: TcpListener, settings: &Settings, share: &Share) -> Served {
    let server = Server::new(listener, settings);
    // Nobody counts the connections of all workers, so each numbers its own out of the way of the
    // others.
    for index in (share.number..).step_by(share.workers) {
        let Some(stream) = server.accept() else { break };
        server.converse(index, stream);
    }
    server.served()
}
