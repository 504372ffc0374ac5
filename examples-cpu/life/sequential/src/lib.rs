//! Evolves a board of Conway's life one generation after the other: the baseline of the row.
//!
//! ```sh
//! cargo run --release -p life-sequential
//! ```

use anyhow::Result;
use harness::Limits;
use life_workload::{Board, Input};

/// Evolves a board to its last generation, on one thread.
pub fn evolve(input: &Input, _limits: Limits) -> Result<Board> {
    let mut bands = input.start.bands(1);
    for generations in input.steps(1) {
        for band in &mut bands {
            // The board is a torus, so a band that is all of it lies above and below itself.
            let (above, below) = (band.bottom(generations), band.top(generations));
            band.advance(&above, &below);
        }
    }
    Ok(Board::joined(bands))
}
