//! Exercise 11, solved: stop in good order.
//!
//! Nobody is interrupted. Each thread asks whether to go on, at the one place where it has nothing
//! in hand. What takes long should ask more often; an async task is asked at each `.await`, where
//! it may be dropped, and then it must have nothing half done.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

/// How a unit ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has ended well, with this result.
    Done(String),
    /// It has failed, for this reason.
    Failed(String),
    /// It was never started.
    NotStarted,
}

/// Runs all units, at most `limit` at a time, until one of them fails or `stop` is set; a failure
/// sets `stop`, too. Returns the outcome of each, in input order.
pub fn run_all(
    units: &[String],
    limit: usize,
    stop: &AtomicBool,
    run: impl Fn(&str) -> Result<String, String> + Sync,
) -> Vec<Outcome> {
    let outcomes: Vec<_> = units.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        // Relaxed suffices: nothing but the flag itself has to be seen. It is looked at before a
        // unit is taken, so whatever is taken is run to its end and reported.
        while !stop.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(unit) = units.get(index) else { break };
            let result = run(unit);
            if result.is_err() {
                stop.store(true, Ordering::Relaxed);
            }
            let outcome = result.map_or_else(Outcome::Failed, Outcome::Done);
            outcomes[index].set(outcome).expect("no other thread has taken it");
        }
    };
    // The scope ends when all its threads have: nobody is left when this returns.
    thread::scope(|scope| {
        for _ in 0..limit.min(units.len()) {
            scope.spawn(work);
        }
    });
    let outcomes = outcomes.into_iter().map(OnceLock::into_inner);
    outcomes.map(|outcome| outcome.unwrap_or(Outcome::NotStarted)).collect()
}
