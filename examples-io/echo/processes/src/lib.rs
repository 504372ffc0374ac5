//! Serves lines in worker processes that share the listening socket.
//!
//! ```sh
//! cargo run --release -p echo-processes
//! ```
//!
//! Unlike *sequential*, it starts its workers before the first client comes, as the servers of the
//! eighties did with `fork`. Each worker holds one connection at a time, like *sequential*. All
//! accept from the same socket, which they inherit, and the system gives each client to a free
//! worker. (With `SO_REUSEPORT` each worker would have its own socket, and a client might wait for
//! a busy worker while another is idle.) A worker that crashes takes one connection with it, and a
//! new one takes its place.

mod pool;

use std::{net::TcpListener, time::Duration};

use anyhow::Result;
use echo_workload::{
    Served, Settings,
    blocking::Server,
    worker::{Numbers, Worker},
};
use harness::Limits;
use pool::Pool;

/// How often crashed workers are replaced.
const ROUND: Duration = Duration::from_millis(100);

/// Serves clients until it is asked to stop, at most `limits.in_flight` at a time.
pub fn serve(listener: TcpListener, settings: &Settings, limits: Limits) -> Result<Served> {
    let at_once = settings.at_once(limits);
    let mut pool = Pool::start(listener, &settings.rules, at_once)?;
    settings.open()?;
    while !settings.stop.wait_for(ROUND) {
        pool.replace_the_crashed()?;
    }
    // All are told to stop before this waits for the first, so they stop at the same time.
    let mut workers = pool.into_workers();
    workers.iter_mut().for_each(Worker::stop);
    let mut served = Served::default();
    for worker in workers {
        served += worker.join();
    }
    Ok(served)
}

/// What each worker process does: `main` hands this over.
pub fn work(listener: TcpListener, settings: &Settings, numbers: Numbers) -> Result<Served> {
    let server = Server::new(listener, settings);
    for index in numbers {
        let Some(stream) = server.accept()? else { break };
        server.converse(index, stream);
    }
    Ok(server.served())
}
