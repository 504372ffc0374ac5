//! Evolves a board of Conway's life in async tasks on async-std, which is discontinued: start
//! nothing new on it.
//!
//! ```sh
//! cargo run --release -p life-async-std
//! cargo run --release -p life-async-std -- --workers 1
//! ```
//!
//! Unlike *sequential*, it cuts the board into bands, and spawns a task per band. Each sends its
//! edges to its two neighbours, and waits for theirs. What helps is that the runtime runs the tasks
//! on several threads: the rows that a task awaits come from others that compute, and with one
//! thread it is the thread itself which has to compute them.

use anyhow::{Context, Result};
use async_std::{
    channel::{Receiver, Sender, bounded},
    task,
};
use harness::Limits;
use life_workload::{Board, Row};

/// Evolves a board by so many generations, on the threads of the runtime that calls it.
pub async fn evolve(start: &Board, generations: usize, limits: Limits) -> Result<Board> {
    let bands = start.bands(limits.workers);
    let links = ring(bands.len());
    let mut tasks = Vec::with_capacity(bands.len());
    for (mut band, (above, below)) in bands.into_iter().zip(links) {
        tasks.push(task::spawn(async move {
            for _ in 0..generations {
                // Both are sent before either is waited for, so nobody waits in a circle.
                above.send.send(band.top()).await?;
                below.send.send(band.bottom()).await?;
                let from_above = above.receive.recv().await.context(CUT)?;
                let from_below = below.receive.recv().await.context(CUT)?;
                // Until the next `.await` the task keeps its thread.
                band.advance(&from_above, &from_below);
            }
            anyhow::Ok(band)
        }));
    }
    // The tasks run whether or not anybody waits for them; here their bands are put together.
    let mut bands = Vec::with_capacity(tasks.len());
    for task in tasks {
        bands.push(task.await?);
    }
    Ok(Board::joined(bands))
}

const CUT: &str = "a neighbour has ended early";

/// One end of what connects two neighbours.
struct Link {
    send: Sender<Row>,
    receive: Receiver<Row>,
}

/// Connects each band with the one above it and the one below it, and the last with the first.
fn ring(bands: usize) -> Vec<(Link, Link)> {
    let (above, mut below): (Vec<_>, Vec<_>) = (0..bands).map(|_| link()).unzip();
    // Link i is above band i, and so below the band before it.
    below.rotate_left(1);
    above.into_iter().zip(below).collect()
}

/// Makes the two ends of a link.
fn link() -> (Link, Link) {
    // There is room for one row: whoever is a generation ahead waits until the last row was taken.
    let (down, from_above) = bounded(1);
    let (up, from_below) = bounded(1);
    (Link { send: up, receive: from_above }, Link { send: down, receive: from_below })
}
