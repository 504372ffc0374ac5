//! Evolves a board of Conway's life one generation after the other: the baseline of the row.
//!
//! ```sh
//! cargo run --release -p life-sequential
//! ```

use anyhow::Result;
use harness::Limits;
use life_workload::Board;

/// Evolves a board by so many generations, on one thread.
pub fn evolve(start: &Board, generations: usize, _limits: Limits) -> Result<Board> {
    let mut bands = start.bands(1);
    for _ in 0..generations {
        for band in &mut bands {
            // The board is a torus, so a band that is all of it lies above and below itself.
            let (above, below) = (band.bottom(), band.top());
            band.advance(&above, &below);
        }
    }
    Ok(Board::joined(bands))
}
