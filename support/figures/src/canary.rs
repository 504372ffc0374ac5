//! A piece of computing that is always the same, so that its time tells of the machine alone: whether
//! it is as fast as it was, and how much more its cores do together than one of them.

use std::{
    hint::black_box,
    thread,
    time::{Duration, Instant},
};

/// How often the loop goes round: some 25 ms on the machines of today.
const STEPS: u64 = 20_000_000;

/// How long the canary takes.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Canary {
    /// On one core, in nanoseconds.
    pub alone_ns: u64,
    /// On all cores at the same time, until the last of them is done, in nanoseconds.
    pub together_ns: u64,
    /// How many cores that are.
    pub cores: usize,
}

impl Canary {
    /// Runs it, first on one core, then on all.
    #[must_use]
    pub fn run(cores: usize) -> Self {
        let alone = on_each_of(1);
        let together = on_each_of(cores);
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Self { alone_ns: nanos(alone), together_ns: nanos(together), cores }
    }

    /// The middle of several, figure by figure; `None` if there are none.
    #[must_use]
    pub fn median(canaries: &[Self]) -> Option<Self> {
        let middle = |figure: fn(&Self) -> u64| {
            let mut figures: Vec<u64> = canaries.iter().map(figure).collect();
            figures.sort_unstable();
            figures.get(figures.len() / 2).copied()
        };
        Some(Self {
            alone_ns: middle(|canary| canary.alone_ns)?,
            together_ns: middle(|canary| canary.together_ns)?,
            cores: canaries.first()?.cores,
        })
    }

    /// The parallel capacity of the machine: how many times as much all cores do in the same time
    /// as one does alone. It is less than their number where they share something, such as the
    /// units of one physical core, or power.
    #[must_use]
    pub fn capacity(&self) -> f64 {
        self.cores as f64 * self.alone_ns as f64 / self.together_ns as f64
    }

    /// By which share it is slower than another, on one core or on all, whichever is worse.
    #[must_use]
    pub fn slower_than(&self, other: &Self) -> f64 {
        let share = |this: u64, other: u64| this as f64 / other as f64 - 1.0;
        share(self.alone_ns, other.alone_ns).max(share(self.together_ns, other.together_ns))
    }
}

/// Has as many threads compute at the same time, and says how long the last of them took.
fn on_each_of(cores: usize) -> Duration {
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 1..cores {
            scope.spawn(compute);
        }
        compute();
    });
    start.elapsed()
}

/// Marsaglia's generator xorshift64 (*Xorshift RNGs*, Journal of Statistical Software 8, 2003):
/// each step needs the one before, so that neither the compiler nor the processor can shorten it.
fn compute() {
    let mut state: u64 = black_box(88_172_645_463_325_252);
    for _ in 0..STEPS {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    black_box(state);
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Canary = Canary { alone_ns: 100, together_ns: 104, cores: 2 };

    #[test]
    fn capacity_is_what_all_cores_do_against_one() {
        assert!((USUAL.capacity() - 200.0 / 104.0).abs() < 1e-12);
    }

    #[test]
    fn the_worse_of_the_two_counts() {
        let slower = Canary { together_ns: 130, ..USUAL };
        assert!((slower.slower_than(&USUAL) - 0.25).abs() < 1e-12);
        assert!(USUAL.slower_than(&slower) <= 0.0);
    }

    #[test]
    fn the_median_is_taken_figure_by_figure() {
        let canaries = [
            USUAL,
            Canary { alone_ns: 300, ..USUAL },
            Canary { alone_ns: 200, together_ns: 500, cores: 2 },
        ];
        let median = Canary::median(&canaries).expect("there are some");
        assert_eq!(median, Canary { alone_ns: 200, together_ns: 104, cores: 2 });
        assert_eq!(Canary::median(&[]), None);
    }

    #[test]
    fn it_takes_some_time() {
        let canary = Canary::run(1);
        assert!(canary.alone_ns > 1_000_000, "{canary:?}");
    }
}
