//! Exercise 11: stop in good order.
//!
//! - Page: Stopping
//! - Task: when a unit fails, or a Ctrl-C handler sets `stop`, `run_all` starts another unit before
//!   it looks at `stop`, and throws away results that arrive after it. Start no unit after a stop,
//!   let running units end, and report the outcome of each.
//! - Checked: how many units start after the first failure and after a stop, that no result of a
//!   running unit is lost, and that no unit is still running when `run_all` returns.
//! - Fails with: `1 unit was started after the first failure; wanted: none`
//! - Fails with: `of 2 units that ended well, 0 were reported as Done`
//! - Hint: look at `stop` before you take a unit, never between its end and its report.

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
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(unit) = units.get(index) else { break };
            let result = run(unit);
            if stop.load(Ordering::Relaxed) {
                break;
            }
            if result.is_err() {
                stop.store(true, Ordering::Relaxed);
            }
            let outcome = result.map_or_else(Outcome::Failed, Outcome::Done);
            outcomes[index].set(outcome).expect("no other thread has taken it");
        }
    };
    thread::scope(|scope| {
        for _ in 0..limit.min(units.len()) {
            scope.spawn(work);
        }
    });
    let outcomes = outcomes.into_iter().map(OnceLock::into_inner);
    outcomes.map(|outcome| outcome.unwrap_or(Outcome::NotStarted)).collect()
}
