//! Evolves a board of Conway's life on threads of the standard library, with a barrier.
//!
//! ```sh
//! cargo run --release -p life-threads
//! cargo run --release -p life-threads -- --barrier spin
//! ```
//!
//! Unlike *sequential*, it cuts the board into bands, and a thread per band keeps its band to the
//! end. A thread needs one row of the band above and one of the band below, from the right
//! generation. So all show their edges, and none looks at another's before all have arrived at a
//! barrier. Meanwhile each computes its interior, which needs no neighbour. This cell is longer than
//! *rayon*, because it shows edges, waits and takes edges over by itself.

mod barrier;

use std::{io, mem, sync::Mutex, thread};

use anyhow::{Context, Result};
use harness::Limits;
use life_workload::{Band, Board, Input, Rows};

use barrier::Member;

/// Evolves a board to its last generation, on `limits.workers` threads.
pub fn evolve(input: &Input, limits: Limits) -> Result<Board> {
    let bands = input.start.bands(limits.workers);
    let (number, steps) = (bands.len(), input.steps(bands.len()));
    // The edges that the bands show: in even steps the first set, in odd ones the second. So a late
    // thread still finds the edges of its step while the others show the next.
    let shown = [0, 1].map(|_| (0..number).map(|_| Shown::default()).collect::<Vec<_>>());
    let evolve = |i: usize, mut band: Band, mut barrier: Member| {
        for (generations, shown) in steps.clone().zip(shown.iter().cycle()) {
            replace(&shown[i].top, band.top(generations));
            replace(&shown[i].bottom, band.bottom(generations));
            barrier.arrive();
            band.advance_interior(generations);
            // Here a thread waits for the slowest of all, if that one hasn't even begun this step.
            barrier.wait()?;
            let above = replace(&shown[(i + number - 1) % number].bottom, Rows::default());
            let below = replace(&shown[(i + 1) % number].top, Rows::default());
            band.advance_edges(&above, &below);
        }
        Ok(band)
    };
    let evolve = &evolve;
    // The scope waits for all its threads, so they may borrow the edges.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..number)
            .zip(bands.into_iter().zip(barrier::members(number, input.barrier)))
            .map(|(i, (band, member))| {
                thread::Builder::new().spawn_scoped(scope, move || evolve(i, band, member))
            })
            // If one can't be started, its place at the barrier is dropped, and the others get an
            // error.
            .collect::<io::Result<_>>()
            .context("cannot start so many threads")?;
        let bands = threads.into_iter().map(|thread| thread.join().expect("no step panics"));
        Ok(Board::joined(bands.collect::<Result<_>>()?))
    })
}

/// The rows of a band that its neighbours see. Nobody waits for one of these locks: the barrier
/// keeps writers apart from readers, and the locks only prove that to the compiler.
#[derive(Default)]
struct Shown {
    top: Mutex<Rows>,
    bottom: Mutex<Rows>,
}

fn replace(shown: &Mutex<Rows>, rows: Rows) -> Rows {
    mem::replace(&mut *shown.lock().expect("nobody panics while holding it"), rows)
}
