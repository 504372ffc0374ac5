//! A thread for each core. Each takes one piece after the other.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::job::cores;

/// Does all pieces.
pub(crate) fn compute(pieces: usize, piece: impl Fn(usize) + Sync) {
    let (piece, next) = (&piece, &AtomicUsize::new(0));
    // Relaxed suffices: the counter hands out numbers, and the end of the scope orders the rest.
    let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|index| *index < pieces);
    thread::scope(|scope| {
        for _ in 0..cores() {
            // Whoever is done early takes the next piece, so that no core is left without work.
            scope.spawn(move || std::iter::from_fn(take).for_each(piece));
        }
    });
}

/// Does all pieces so many times. No thread begins the next step before all have ended this one.
pub(crate) fn compute_in_steps(steps: usize, pieces: usize, piece: impl Fn(usize) + Sync) {
    let (piece, barrier) = (&piece, &Barrier::new(cores()));
    thread::scope(|scope| {
        for first in 0..cores() {
            scope.spawn(move || {
                for _ in 0..steps {
                    (first..pieces).step_by(cores()).for_each(piece);
                    barrier.wait();
                }
            });
        }
    });
}
