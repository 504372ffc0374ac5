//! Evolves a board of Conway's life on threads that talk through crossbeam channels.
//!
//! ```sh
//! cargo run --release -p life-crossbeam
//! ```
//!
//! Unlike *threads*, where all wait for all at a barrier, here a thread waits only for its two
//! neighbours: it sends them its edges, and goes on when theirs have arrived. No step needs more
//! than that, and a band far away may be some generations ahead or behind.

use std::{io, thread};

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, Sender, bounded};
use harness::Limits;
use life_workload::{Band, Board, Input, Rows};

/// Evolves a board to its last generation, on `limits.workers` threads.
pub fn evolve(input: &Input, limits: Limits) -> Result<Board> {
    let bands = input.start.bands(limits.workers);
    let (steps, links) = (input.steps(bands.len()), ring(bands.len()));
    let evolve = |mut band: Band, above: Link, below: Link| {
        for generations in steps.clone() {
            // Both are sent before it waits for either, so nobody waits in a circle.
            above.send.send(band.top(generations))?;
            below.send.send(band.bottom(generations))?;
            // Most of the band is computed while the rows are on their way.
            band.advance_interior(generations);
            band.advance_edges(&above.receive.recv()?, &below.receive.recv()?);
        }
        Ok(band)
    };
    let evolve = &evolve;
    // The scope waits for all its threads.
    thread::scope(|scope| {
        let threads: Vec<_> = bands
            .into_iter()
            .zip(links)
            .map(|(band, (above, below))| {
                thread::Builder::new().spawn_scoped(scope, move || evolve(band, above, below))
            })
            // If one can't be started, its links are dropped, and the others get an error.
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        let bands = threads.into_iter().map(|thread| thread.join().expect("no step panics"));
        Ok(Board::joined(bands.collect::<Result<_>>()?))
    })
}

/// One end of what connects two neighbours.
struct Link {
    send: Sender<Rows>,
    receive: Receiver<Rows>,
}

/// Connects each band with the one above it and the one below it, and the last with the first.
fn ring(bands: usize) -> Vec<(Link, Link)> {
    let link = |_| {
        // Room for two messages: a band that is done first may send the rows of the next step
        // before those of the last are received. So nobody ever waits to send, only to receive.
        let (down, from_above) = bounded(2);
        let (up, from_below) = bounded(2);
        (Link { send: up, receive: from_above }, Link { send: down, receive: from_below })
    };
    // Link i is above band i, and so below the band before it.
    let (above, mut below): (Vec<_>, Vec<_>) = (0..bands).map(link).unzip();
    below.rotate_left(1);
    above.into_iter().zip(below).collect()
}
