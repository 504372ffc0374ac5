//! Has two threads meet at the worst moment, when the first has checked and not acted yet.

use std::{
    sync::{Condvar, Mutex},
    time::{Duration, Instant},
};

use pair::unit;

/// How long a decision takes.
const DECISION: Duration = Duration::from_millis(20);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Point {
    #[default]
    Start,
    FirstHasChecked,
    SecondIsDoneOrBlocked,
}

#[derive(Debug, Default)]
pub(crate) struct Meeting(Mutex<Point>, Condvar);

impl Meeting {
    /// Takes the time of a decision. The first to decide then waits until the second has come as
    /// far as it can, and keeps the locks that it holds.
    pub(crate) fn decide(&self) {
        let is_first = self.reach(Point::FirstHasChecked);
        let start = Instant::now();
        while start.elapsed() < DECISION {}
        if is_first {
            unit::waiting(|| self.wait_for(Point::SecondIsDoneOrBlocked));
        }
    }

    /// Reaches a point, and returns whether nobody had come so far.
    pub(crate) fn reach(&self, point: Point) -> bool {
        let mut reached = self.0.lock().expect("nobody panics while holding it");
        let is_new = *reached < point;
        *reached = point.max(*reached);
        self.1.notify_all();
        is_new
    }

    pub(crate) fn wait_for(&self, point: Point) {
        let reached = self.0.lock().expect("nobody panics while holding it");
        drop(self.1.wait_while(reached, |reached| *reached < point));
    }
}
