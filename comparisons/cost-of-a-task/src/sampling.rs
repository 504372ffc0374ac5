//! Has every point measured again and again, each time in a fresh process.
//!
//! The rounds interleave the points: each round takes a sample of every one, in another order, so
//! that a machine that is slower for a while is slower for all of them.

use std::time::{Duration, Instant};

use anyhow::Result;
use fastrand::Rng;
use harness::pool::Pool;

use crate::{
    measure::{Manner, measure},
    price::Point,
};

/// How much is done for a point.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// The most samples that are taken of a point.
    pub samples: usize,
    /// How long a point may take in all before no more samples are taken of it.
    pub budget: Duration,
    /// The least samples that are taken of a point, whatever that takes.
    pub least_samples: usize,
    /// How long the batch takes that is timed for one sample.
    pub batch: Duration,
}

/// What came of a point.
#[derive(Clone, Debug)]
pub struct Sampled {
    /// The point.
    pub point: Point,
    /// Its samples, in the unit of its price, in the order of the rounds.
    pub samples: Vec<f64>,
    /// Why there are no more samples than these, or none.
    pub stopped: Option<Stopped>,
}

/// What stopped a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// A limit of the system.
    Limit(String),
    /// The process that measured it failed.
    Failed(String),
}

/// What the processes that measure do. It must come first in `main`, but for
/// [`roles::play`](crate::roles::play).
pub fn serve() {
    harness::pool::serve(|manner: Manner| {
        move |point: Point| measure(point, manner).map_err(|error| format!("{error:#}"))
    });
}

/// Samples all points; tells `show` of each that it begins with, and in which round.
pub fn sample(
    points: &[Point],
    effort: Effort,
    mut show: impl FnMut(Point, usize),
) -> Vec<Sampled> {
    let mut all: Vec<Candidate> = points.iter().map(|&point| Candidate::new(point)).collect();
    let mut random = Rng::with_seed(0);
    let mut order: Vec<usize> = (0..all.len()).collect();
    for round in 1..=effort.samples {
        random.shuffle(&mut order);
        for &index in &order {
            let candidate = &mut all[index];
            if candidate.wants_more(effort) {
                show(candidate.sampled.point, round);
                candidate.take(effort.batch);
            }
        }
    }
    all.into_iter().map(|candidate| candidate.sampled).collect()
}

/// A point, and what it has taken so far.
struct Candidate {
    sampled: Sampled,
    spent: Duration,
}

impl Candidate {
    fn new(point: Point) -> Self {
        let sampled = Sampled { point, samples: Vec::new(), stopped: None };
        Self { sampled, spent: Duration::ZERO }
    }

    fn wants_more(&self, effort: Effort) -> bool {
        let Sampled { samples, stopped, .. } = &self.sampled;
        stopped.is_none() && (samples.len() < effort.least_samples || self.spent < effort.budget)
    }

    /// Takes one sample.
    fn take(&mut self, batch: Duration) {
        let start = Instant::now();
        match in_a_fresh_process(self.sampled.point, batch) {
            Ok(Ok(sample)) => self.sampled.samples.push(sample),
            Ok(Err(limit)) => self.sampled.stopped = Some(Stopped::Limit(limit)),
            Err(error) => self.sampled.stopped = Some(Stopped::Failed(format!("{error:#}"))),
        }
        self.spent += start.elapsed();
    }
}

/// The outer error is that of the process, the inner one what it has to say of a limit.
fn in_a_fresh_process(point: Point, batch: Duration) -> Result<Result<f64, String>> {
    // A pool of one worker, which does one job and ends.
    let mut answers = Pool::new(1, &Manner::of(point, batch))?.map(&[point])?;
    Ok(answers.pop().expect("one job has one answer").map_err(|error| error.fault)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price::{Kind, Price};

    const EFFORT: Effort = Effort {
        samples: 10,
        budget: Duration::from_secs(1),
        least_samples: 2,
        batch: Duration::from_millis(1),
    };

    #[test]
    fn what_takes_long_is_sampled_a_few_times_and_what_is_stopped_no_more() {
        let mut candidate =
            Candidate::new(Point { kind: Kind::Call, price: Price::Create, size: 1 });
        candidate.spent = Duration::from_secs(9);
        candidate.sampled.samples = vec![1.0];
        assert!(candidate.wants_more(EFFORT), "one is not enough");
        candidate.sampled.samples.push(1.0);
        assert!(!candidate.wants_more(EFFORT));
        candidate.spent = Duration::from_millis(1);
        assert!(candidate.wants_more(EFFORT));
        candidate.sampled.stopped = Some(Stopped::Limit("no room".into()));
        assert!(!candidate.wants_more(EFFORT));
    }
}
