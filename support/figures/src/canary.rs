//! A computation that is always the same, so that its time depends only on the machine: whether it
//! is as fast as it was, and how much more its cores do together than one alone.

use std::{hint::black_box, thread, time::Instant};

/// How often the loop goes round: some 8 ms on the machines of today.
const STEPS: u64 = 5_000_000;
/// The number of loops, of which the median counts: a thread may start on a busy core or be
/// interrupted for a moment, which says nothing about the machine.
const LOOPS: usize = 9;

/// How long the canary takes.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Canary {
    /// On one core, in nanoseconds.
    pub alone_ns: u64,
    /// On all cores at the same time, on the slowest of them, in nanoseconds.
    pub together_ns: u64,
    /// The number of cores.
    pub cores: usize,
}

impl Canary {
    /// Runs it, first on one core, then on all.
    #[must_use]
    pub fn run(cores: usize) -> Self {
        Self { alone_ns: on_each_of(1), together_ns: on_each_of(cores), cores }
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

/// Lets this many threads compute at the same time, and returns the time of a loop in the slowest,
/// in nanoseconds.
fn on_each_of(cores: usize) -> u64 {
    thread::scope(|scope| {
        let others: Vec<_> = (1..cores).map(|_| scope.spawn(compute)).collect();
        let own = compute();
        let others = others.into_iter().map(|thread| thread.join().expect("no loop panics"));
        others.fold(own, u64::max)
    })
}

/// The median time of a loop, in nanoseconds.
fn compute() -> u64 {
    let mut times: Vec<u64> = (0..LOOPS)
        .map(|_| {
            let start = Instant::now();
            go_round();
            u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
        })
        .collect();
    times.sort_unstable();
    times[LOOPS / 2]
}

/// Marsaglia's generator xorshift64 (*Xorshift RNGs*, Journal of Statistical Software 8, 2003):
/// each step needs the one before, so that neither the compiler nor the processor can shorten it.
fn go_round() {
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
