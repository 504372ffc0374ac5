//! A thread for each piece of work.

use std::{sync::Barrier, thread};

/// Does all pieces.
pub(crate) fn compute(pieces: usize, piece: impl Fn(usize) + Sync) {
    let piece = &piece;
    thread::scope(|scope| {
        for index in 0..pieces {
            // There are no more cores than before, so the system lets the threads take turns.
            scope.spawn(move || piece(index));
        }
    });
}

/// Does all pieces so many times. No thread begins the next step before all have ended this one.
pub(crate) fn compute_in_steps(steps: usize, pieces: usize, piece: impl Fn(usize) + Sync) {
    let (piece, barrier) = (&piece, &Barrier::new(pieces));
    thread::scope(|scope| {
        for index in 0..pieces {
            scope.spawn(move || {
                for _ in 0..steps {
                    piece(index);
                    // Every thread has to stop here and to be woken up, in every step.
                    barrier.wait();
                }
            });
        }
    });
}
