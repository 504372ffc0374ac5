//! Evolves a board of Conway's life on threads of the standard library, with a barrier.
//!
//! ```sh
//! cargo run --release -p life-threads
//! ```
//!
//! Unlike *sequential*, it cuts the board into bands, and a thread per band keeps its band to the
//! end. What a thread needs of the bands above and below is one row of each, and of the right
//! generation: so all show their edges, and meet at a barrier before anybody looks.

use std::{
    array, io, mem,
    sync::{Barrier, Mutex},
    thread,
};

use anyhow::{Context, Result};
use harness::Limits;
use life_workload::{Band, Board, Row};

/// Evolves a board by so many generations, on `limits.workers` threads.
pub fn evolve(start: &Board, generations: usize, limits: Limits) -> Result<Board> {
    let bands = start.bands(limits.workers);
    let number = bands.len();
    // What the bands show: in even generations on the first board, in odd ones on the second. So
    // whoever is late still finds what was shown to it, while the others show the next.
    let shown: [Vec<Shown>; 2] =
        array::from_fn(|_| (0..number).map(|_| Shown::default()).collect());
    let barrier = Barrier::new(number);
    let over = Mutex::new(false);
    let evolve = |i: usize, mut band: Band| {
        if !*over.lock().expect(UNHARMED) {
            let _last_time = LastTime { barrier: &barrier, over: &over };
            for shown in shown.iter().cycle().take(generations) {
                *shown[i].top.lock().expect(UNHARMED) = band.top();
                *shown[i].bottom.lock().expect(UNHARMED) = band.bottom();
                // Here the threads wait for each other: for the slowest, in every generation.
                barrier.wait();
                if *over.lock().expect(UNHARMED) {
                    break;
                }
                let above = take(&shown[(i + number - 1) % number].bottom);
                let below = take(&shown[(i + 1) % number].top);
                band.advance(&above, &below);
            }
        }
        band
    };
    let evolve = &evolve;
    // The scope ends when all its threads have, so they may borrow what is shown.
    thread::scope(|scope| {
        // Held until all threads are there. If one cannot be started, the others would wait for it
        // at the barrier for ever; so they find that it is over before it has begun.
        let mut not_begun = over.lock().expect(UNHARMED);
        let threads: io::Result<Vec<_>> = (0..)
            .zip(bands)
            .map(|(i, band)| thread::Builder::new().spawn_scoped(scope, move || evolve(i, band)))
            .collect();
        *not_begun = threads.is_err();
        drop(not_begun);
        let threads = threads.context("cannot start so many threads")?;
        let bands = threads.into_iter().map(|thread| thread.join().expect("no step panics"));
        Ok(Board::joined(bands.collect()))
    })
}

/// Has a thread that panics come to the barrier a last time, where the others would wait for it for
/// ever, and tell them that it is over.
struct LastTime<'a> {
    barrier: &'a Barrier,
    over: &'a Mutex<bool>,
}

impl Drop for LastTime<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            *self.over.lock().expect(UNHARMED) = true;
            self.barrier.wait();
        }
    }
}

/// The rows of a band that its neighbours see. Nobody ever waits for one of these locks: the barrier
/// keeps those who write apart from those who read, and the compiler wants to see that they are.
#[derive(Default)]
struct Shown {
    top: Mutex<Row>,
    bottom: Mutex<Row>,
}

/// Takes a row that no other band looks at.
fn take(row: &Mutex<Row>) -> Row {
    mem::take(&mut *row.lock().expect(UNHARMED))
}

const UNHARMED: &str = "nobody panics while holding it";
