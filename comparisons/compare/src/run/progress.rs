//! How far the rounds are, in one line.

use std::{
    fmt,
    time::{Duration, Instant},
};

use figures::words::grouped;

/// How far the rounds are, just before a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Which round it is, from 1.
    pub(crate) round: usize,
    /// How many rounds there will be; `None` as long as nobody knows.
    rounds: Option<usize>,
    /// How many runs are over.
    done: usize,
    /// How many there are in the known rounds.
    of: usize,
    /// How long the rest will take.
    left: Option<Duration>,
}

/// Counts the runs, and knows since when.
pub(super) struct Clock {
    start: Instant,
    done: usize,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self { start: Instant::now(), done: 0 }
    }

    /// Counts one more run, that of this place in its round. A round has `length` runs.
    pub(super) fn next(
        &mut self,
        round: usize,
        rounds: Option<usize>,
        place: usize,
        length: usize,
    ) -> Progress {
        let to_come = length - place + length * rounds.map_or(0, |rounds| rounds - round);
        // The first round has all kinds of runs: what it has taken so far tells nothing.
        let known = round > 1 && self.done > 0;
        let left = known.then(|| self.start.elapsed().mul_f64(to_come as f64 / self.done as f64));
        let progress = Progress { round, rounds, done: self.done, of: self.done + to_come, left };
        self.done += 1;
        progress
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "round {}", self.round)?;
        if let Some(rounds) = self.rounds {
            write!(f, " of {rounds}")?;
        }
        write!(f, ", {} of {} runs done", grouped(self.done), grouped(self.of))?;
        match self.left {
            Some(left) => write!(f, ", {:.0} s left", left.as_secs_f64().ceil()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_the_round_the_runs_and_the_time_that_is_left() {
        let mut progress = Clock::start().next(1, None, 0, 9);
        assert_eq!(progress.to_string(), "round 1, 0 of 9 runs done");
        progress.rounds = Some(5);
        progress.left = Some(Duration::from_millis(1_100));
        assert_eq!(progress.to_string(), "round 1 of 5, 0 of 9 runs done, 2 s left");
    }

    #[test]
    fn the_runs_of_all_known_rounds_are_counted() {
        let mut clock = Clock::start();
        let first = [0, 1].map(|place| clock.next(1, None, place, 2));
        assert_eq!(first.map(|progress| (progress.done, progress.of)), [(0, 2), (1, 2)]);
        assert!(first.iter().all(|progress| progress.left.is_none()));
        // From the second round on there is a control.
        let second = clock.next(2, Some(3), 0, 3);
        assert_eq!((second.done, second.of), (2, 8));
        assert!(second.left.is_some());
    }
}
