//! Evolves a board of Conway's life in worker processes.
//!
//! ```sh
//! cargo run --release -p life-processes
//! ```
//!
//! Unlike *sequential*, it cuts the board into bands, and gives each to a process that keeps it to
//! the end. The processes share no memory; what goes through their pipes in every generation are
//! the edges of the bands, and nothing else. What they keep is what makes them fast, and also what
//! makes them mortal: where a worker of `primes` dies, another does its job again, but a band that
//! dies with its worker is lost, and the run fails.

use anyhow::Result;
use harness::{Limits, pool::Crew};
use life_workload::{Band, Board, Edges, Row};
use serde::{Deserialize, Serialize};

/// Evolves a board by so many generations, in `limits.workers` processes.
pub fn evolve(start: &Board, generations: usize, limits: Limits) -> Result<Board> {
    let bands = start.bands(limits.workers);
    let number = bands.len();
    let mut edges: Vec<Edges> = bands.iter().map(Band::edges).collect();
    // Each worker begins with a band of its own.
    let mut crew = Crew::start(&bands)?;
    for _ in 0..generations {
        let step = |i: usize| {
            let above = edges[(i + number - 1) % number].bottom.clone();
            let below = edges[(i + 1) % number].top.clone();
            Job::Advance { above, below }
        };
        let steps: Vec<Job> = (0..number).map(step).collect();
        // All get their step before the first answer is waited for, and all have answered before
        // the next step: that is the barrier.
        edges = crew.ask_all(&steps)?.into_iter().map(|Answer { edges, .. }| edges).collect();
    }
    let answers = crew.ask_all(&vec![Job::Return; number])?;
    let bands = answers.into_iter().filter_map(|Answer { band, .. }| band);
    // The crew is dropped at the end of this function, and waits there for its workers to end.
    Ok(Board::joined(bands.collect()))
}

/// What each worker process does: `main` hands this to the harness.
pub fn worker(mut band: Band) -> impl FnMut(Job) -> Answer {
    move |job| match job {
        Job::Advance { above, below } => {
            band.advance(&above, &below);
            Answer { edges: band.edges(), band: None }
        }
        Job::Return => Answer { edges: band.edges(), band: Some(band.clone()) },
    }
}

/// What a worker is to do with its band.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Job {
    /// Evolve it by one generation, between these two rows.
    Advance {
        /// The row above the band.
        above: Row,
        /// The row below it.
        below: Row,
    },
    /// Send it back.
    Return,
}

/// What a worker says to that.
#[derive(Debug, Serialize, Deserialize)]
pub struct Answer {
    /// What the band's neighbours need.
    edges: Edges,
    /// The whole band, if it was asked for.
    band: Option<Band>,
}
