//! Evolves a board of Conway's life in async tasks on tokio.
//!
//! ```sh
//! cargo run --release -p life-tokio
//! cargo run --release -p life-tokio -- --workers 1
//! ```
//!
//! Unlike *sequential*, it spawns a task per band of the board. Each sends its edges to its two
//! neighbours, and computes its interior before it waits for theirs. The gain comes from the
//! threads of the runtime: with one thread, there is nothing else to do during a wait.

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
                // Both are sent before it waits for either, so nobody waits in a circle.
                above.send.send(band.top(generations)).await?;
                below.send.send(band.bottom(generations)).await?;
                // The task that this has woken runs next on this thread, and no other thread can
                // take it. So let it run now, and let any free thread take this task instead.
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
        // Room for two messages: a band that is done first may send the rows of the next step
        // before those of the last are received. So nobody ever waits to send, only to receive.
        let (down, from_above) = channel(2);
        let (up, from_below) = channel(2);
        (Link { send: up, receive: from_above }, Link { send: down, receive: from_below })
    };
    // Link i is above band i, and so below the band before it.
    let (above, mut below): (Vec<_>, Vec<_>) = (0..bands).map(link).unzip();
    below.rotate_left(1);
    above.into_iter().zip(below).collect()
}
