//! Evolves a board of Conway's life on rayon's pool of threads.
//!
//! ```sh
//! cargo run --release -p life-rayon
//! ```
//!
//! Unlike *sequential*, it iterates over bands of the board in parallel, once in every generation.
//! The parallel iterator returns when all bands are done, so nothing else is needed to separate the
//! generations. The threads of the pool stay; each generation only has to wake those that have
//! fallen asleep since the last.

use anyhow::Result;
use harness::Limits;
use life_workload::{Board, Edges, Input};
use rayon::prelude::*;

/// Evolves a board to its last generation, on the threads of the pool that calls it.
pub fn evolve(input: &Input, limits: Limits) -> Result<Board> {
    let mut bands = input.start.bands(limits.workers);
    let number = bands.len();
    for generations in input.steps(number) {
        // Copies of the edges as they are now: below, each band changes as soon as its turn comes.
        let edges: Vec<Edges> = bands.iter().map(|band| band.edges(generations)).collect();
        bands.par_iter_mut().enumerate().for_each(|(i, band)| {
            band.advance(&edges[(i + number - 1) % number].bottom, &edges[(i + 1) % number].top);
        });
    }
    Ok(Board::joined(bands))
}
