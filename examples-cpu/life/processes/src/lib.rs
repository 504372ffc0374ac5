//! Evolves a board of Conway's life in worker processes.
//!
//! ```sh
//! cargo run --release -p life-processes
//! cargo run --release -p life-processes -- --halo 16
//! ```
//!
//! Unlike *sequential*, it cuts the board into bands, and gives each to a process that keeps it to
//! the end. The processes share no memory here; in every step, only the edges of the bands go
//! through their pipes. Keeping the bands makes the processes fast, but also vulnerable: if a
//! worker of `primes` dies, another repeats its job, but here its band is lost, and the run fails.
//! This cell is longer than the others, because the two sides of the exchange are two programs.

use anyhow::Result;
use harness::{
    Limits,
    pool::{Reply, StatefulPool},
};
use life_workload::{Band, Board, Edges, Input, Rows};
use serde::{Deserialize, Serialize};

/// Evolves a board to its last generation, in `limits.workers` processes.
pub fn evolve(input: &Input, limits: Limits) -> Result<Board> {
    let mut bands = input.start.bands(limits.workers);
    let (number, steps) = (bands.len(), input.steps(bands.len()));
    // Each worker begins with a band of its own.
    let mut pool = StatefulPool::start(&bands)?;
    let mut beside: Vec<Option<(Rows, Rows)>> = vec![None; number];
    // After the last step comes none, and the bands come back.
    for next in steps.chain([0]) {
        let jobs: Vec<Job> = beside.into_iter().map(|beside| Job { beside, next }).collect();
        // All workers get their job before the parent waits for an answer, and all have answered
        // before they get the next: that is the barrier.
        let answers: Vec<Answer> = pool.ask_all(&jobs)?;
        let (edges, last): (Vec<Edges>, Vec<Option<Band>>) = answers.into_iter().unzip();
        let neighbours = |i: usize| {
            let above = edges[(i + number - 1) % number].bottom.clone();
            let below = edges[(i + 1) % number].top.clone();
            Some((above, below))
        };
        beside = (0..number).map(neighbours).collect();
        bands = last.into_iter().flatten().collect();
    }
    // The pool is dropped at the end of this function, where it waits for its workers to end.
    Ok(Board::joined(bands))
}

/// What each worker process does: `main` hands this to the harness.
pub fn worker(mut band: Band) -> impl FnMut(Job, Reply<'_, Answer>) {
    move |Job { beside, next }, reply| {
        if let Some((above, below)) = beside {
            band.advance_edges(&above, &below);
        }
        reply.send((band.edges(next), (next == 0).then(|| band.clone())));
        // While the parent passes the edges on, this process computes its interior.
        if next > 0 {
            band.advance_interior(next);
        }
    }
}

/// The edges for the next step, and the whole band if there is no next step.
pub type Answer = (Edges, Option<Band>);

/// A step's second half, and the beginning of the next.
#[derive(Debug, Serialize, Deserialize)]
pub struct Job {
    /// The rows above the band and those below it; `None` if no step has begun yet.
    beside: Option<(Rows, Rows)>,
    /// How many generations the next step takes; 0 after the last.
    next: usize,
}
