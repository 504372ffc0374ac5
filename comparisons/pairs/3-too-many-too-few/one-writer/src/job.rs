//! What is done: clients write rows, each on a thread of its own.

use std::{
    panic::resume_unwind,
    thread::{self, Builder, Scope, ScopedJoinHandle},
};

use pair::Unit;
use rusqlite::Result;

/// How many clients there are, and how many rows each of them writes.
pub(crate) const CLIENTS: usize = 8;
pub(crate) const ROWS: usize = 20;

/// What a client writes.
pub(crate) fn entry(client: usize, number: usize) -> String {
    format!("entry {number} of client {client}")
}

/// Runs all clients, which have the numbers from 1 on.
pub(crate) fn clients(client: impl Fn(usize) -> Result<()> + Sync) -> Result<()> {
    let client = &client;
    thread::scope(|scope| {
        let start = |number| begin(scope, "client", number, move || client(number));
        let threads: Vec<_> = (1..=CLIENTS).map(start).collect();
        threads.into_iter().try_for_each(end)
    })
}

/// Starts a thread.
pub(crate) fn begin<'scope>(
    scope: &'scope Scope<'scope, '_>,
    name: &str,
    number: usize,
    work: impl FnOnce() -> Result<()> + Send + 'scope,
) -> ScopedJoinHandle<'scope, Result<()>> {
    let unit = move || Unit::begin(number).run(work);
    Builder::new().name(name.to_owned()).spawn_scoped(scope, unit).expect("there is room for it")
}

/// Waits for a thread to end.
pub(crate) fn end(thread: ScopedJoinHandle<'_, Result<()>>) -> Result<()> {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}
