//! Unbounded fan-out: more connections than descriptors, and a queue that only grows.
//!
//! ```sh
//! cargo run --release -p unbounded-fan-out
//! ```

mod job;
mod limit;
mod queue_bounded;
mod queue_unbounded;
mod right;
mod semaphore;
mod server;
#[cfg(all(test, unix))]
mod tests;
mod wrong;

use std::{io, process::ExitCode};

use pair::{Choice, Ran, seconds};
use tokio::runtime::Builder;

const ABOUT: &str = "\
A program that may open only 60 more files fetches 200 pages, each over a connection of its own.
Then 200 pages of 64 kB go through a queue, to a consumer that is slower than the producer.";

const PAGES: usize = 200;

/// How many more files and connections the program may open.
const ROOM: u64 = 60;

fn main() -> ExitCode {
    pair::show(ABOUT, "page", |stage| {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let server = server::start()?;
        limit::leave_room_for(ROOM)?;

        stage.ask(
            "All pages are asked for at the same time. How many of the 200 arrive?",
            [
                "all: the other connections wait for a free descriptor",
                "none: the program ends with the first error",
                "some: the other connections fail",
            ],
        );
        let wrong = stage.run("wrong: a connection for each page", || {
            runtime.block_on(wrong::fetch_all(PAGES, server))
        });
        let right = stage.run("right: a stream, 10 connections at a time", || {
            runtime.block_on(right::fetch_all(PAGES, server))
        });
        if stage.wants_only(&[
            ("wrong-failed", (PAGES - arrived(&wrong)) as f64),
            ("right-arrived", arrived(&right) as f64),
        ]) {
            return Ok(());
        }
        let semaphore = stage.run("also: a semaphore with 10 permits", || {
            runtime.block_on(semaphore::fetch_all(PAGES, server))
        });
        let unbounded = stage
            .run("wrong: an unbounded queue", || runtime.block_on(queue_unbounded::pass(PAGES)));
        let bounded = stage
            .run("right: a queue of 10 places", || runtime.block_on(queue_bounded::pass(PAGES)));

        stage.contrast(&[
            ["", "wall", "most in flight", "arrived", "failed"].map(str::to_owned),
            fetched("a connection for each page", &wrong),
            fetched("a stream, 10 at a time", &right),
            fetched("a semaphore, 10 permits", &semaphore),
        ]);
        stage.contrast(&[
            ["", "wall", "longest queue", "memory in it"].map(str::to_owned),
            queued("an unbounded queue", &unbounded),
            queued("a queue of 10 places", &bounded),
        ]);
        let confirmed = match arrived(&wrong) {
            PAGES => Choice::A,
            0 => Choice::B,
            _ => Choice::C,
        };
        let error = wrong.value.into_iter().find_map(Result::err);
        let error = error.map_or("nothing failed".to_owned(), |error| error.to_string());
        stage.conclude(
            confirmed,
            &format!(
                "The first error: {error}.\nA bound makes the next connection wait for one that \
                 ends. The system does not.\nA bounded queue makes the producer wait, too: it \
                 held {} pages instead of {}.",
                bounded.value, unbounded.value
            ),
        );
        Ok(())
    })
}

fn arrived(ran: &Ran<Vec<io::Result<usize>>>) -> usize {
    ran.value.iter().flatten().count()
}

fn fetched(label: &str, ran: &Ran<Vec<io::Result<usize>>>) -> [String; 5] {
    [
        label.to_owned(),
        seconds(ran.wall),
        ran.peak_in_flight.to_string(),
        arrived(ran).to_string(),
        (ran.value.len() - arrived(ran)).to_string(),
    ]
}

fn queued(label: &str, ran: &Ran<usize>) -> [String; 4] {
    let megabytes = (ran.value * job::SIZE) as f64 / 1e6;
    let memory = format!("{megabytes:.1} MB");
    [label.to_owned(), seconds(ran.wall), ran.value.to_string(), memory]
}
