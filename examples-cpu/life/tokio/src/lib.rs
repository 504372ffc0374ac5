//! Evolves a board of Conway's life in async tasks on tokio.
//!
//! ```sh
//! cargo run --release -p life-tokio
//! cargo run --release -p life-tokio -- --workers 1
//! ```
//!
//! Unlike *sequential*, it spawns a task per band of the board. Each sends its edges to its two
//! neighbours, and computes what needs nothing of theirs before it waits for those. What helps is that
//! the runtime runs the tasks on several threads: with one, no wait leaves anything else to be done.

use anyhow::{Context, Result};
use harness::Limits;
use life_workload::{Board, Input, Rows};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Evolves a board to its last generation, on the threads of the runtime that calls it.
pub async fn evolve(input: &Input, limits: Limits) -> Result<Board> {
    let bands = input.start.bands(limits.workers);
    let (steps, links) = (input.steps(bands.len()), ring(bands.len()));
    let mut tasks = Vec::with_capacity(bands.len());
    for (mut band, (mut above, mut below)) in bands.into_iter().zip(links) {
        let steps = steps.clone();
        tasks.push(tokio::spawn(async move {
            for generations in steps {
                // Both are sent before either is waited for, so nobody waits in a circle.
                above.send.send(band.top(generations)).await?;
                below.send.send(band.bottom(generations)).await?;
                // Whoever was woken by this comes next on this thread, and no other thread takes it
                // meanwhile. So let it come, and any thread that is free take this task instead.
                tokio::task::yield_now().await;
                // Until the next `.await` the task keeps its thread.
                band.advance_interior(generations);
                let (above, below) = (above.receive.recv().await, below.receive.recv().await);
                band.advance_edges(&above.context(CUT)?, &below.context(CUT)?);
            }
            anyhow::Ok(band)
        }));
    }
    // The tasks run whether or not anybody waits for them; here their bands are put together.
    let mut bands = Vec::with_capacity(tasks.len());
    for task in tasks {
        bands.push(task.await??);
    }
    Ok(Board::joined(bands))
}

const CUT: &str = "a neighbour has ended early";

/// One end of what connects two neighbours.
struct Link {
    send: Sender<Rows>,
    receive: Receiver<Rows>,
}

/// Connects each band with the one above it and the one below it, and the last with the first.
fn ring(bands: usize) -> Vec<(Link, Link)> {
    let link = |_| {
        // Room for two messages: whoever is done first sends the rows of the next step while those of
        // the last have not been taken. So nobody ever waits to send, only to receive.
        let (down, from_above) = channel(2);
        let (up, from_below) = channel(2);
        (Link { send: up, receive: from_above }, Link { send: down, receive: from_below })
    };
    // Link i is above band i, and so below the band before it.
    let (above, mut below): (Vec<_>, Vec<_>) = (0..bands).map(link).unzip();
    below.rotate_left(1);
    above.into_iter().zip(below).collect()
}
