//! The theoretical limits: the time that no version can beat, and for work that waits also the
//! time that a version which overlaps its waits need not exceed.
//!
//! N units of work compute C and wait L each, at most K are in flight at the same time, and P cores
//! compute. Then, for work that waits,
//!
//! - all the computing takes N·C/P at least, since no more than P cores share it;
//! - all the units take N·(L+C)/K at least, since no more than K are under way;
//! - a single unit takes L+C, however much goes on beside it.
//!
//! The longest of the three is the lower bound. The upper bound, N·L/K + N·C, is the time if only
//! the waits overlap, K at a time: one core computes, and nothing waits meanwhile. For work that
//! computes, the lower bound is T₁/P, where T₁ is the time on one core.
//!
//! If K is larger than N, it counts as N: there are no more units to be in flight.
//!
//! The units are taken as alike. If one of them takes much longer than the average, such as a
//! request that is tried again, it alone may keep every version far from the limit.
//!
//! C, L and T₁ are what *sequential* shows: its CPU time and the rest of its wall-clock time, each
//! the median of its runs, divided by N. A version that computes less for a unit, since it asks the
//! system about many at once, say, may be beyond the limit.

use std::time::Duration;

use figures::words::{self, count};
use serde::Serialize;
use workspace::Side;

/// A row's job, as sequential's medians show it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Job {
    /// N, the number of units of work.
    pub(crate) units: usize,
    /// T₁, sequential's wall-clock time.
    pub(crate) wall: Duration,
    /// Sequential's CPU time.
    pub(crate) cpu: Duration,
    /// K, the most units in flight at the same time.
    pub(crate) in_flight: usize,
    /// P, the cores that compute: no more than there are, and no more than there are workers.
    pub(crate) cores: usize,
}

/// The job's limits; all times in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Bounds {
    /// No version can be faster.
    pub(crate) bound_ns: u64,
    /// A version whose waits overlap need not be slower; `None` for work that computes.
    pub(crate) upper_bound_ns: Option<u64>,
    /// C, the computing time of a unit.
    pub(crate) unit_computing_ns: u64,
    /// L, the waiting time of a unit.
    pub(crate) unit_waiting_ns: u64,
    #[serde(skip)]
    units: usize,
    #[serde(skip)]
    in_flight: usize,
    /// P, the cores that compute.
    #[serde(rename = "bound_cores")]
    cores: usize,
}

impl Job {
    /// K, as it counts: there are no more in flight than there are.
    fn in_flight(&self) -> usize {
        self.in_flight.clamp(1, self.units.max(1))
    }

    /// The limits; `None` if there is no work, and so none to limit.
    #[must_use]
    pub(crate) fn bounds(&self, side: Side) -> Option<Bounds> {
        if self.units == 0 {
            return None;
        }
        let [units, in_flight, cores] =
            [self.units, self.in_flight(), self.cores.max(1)].map(|count| count as f64);
        let (wall, cpu) = (self.wall.as_secs_f64(), self.cpu.as_secs_f64());
        let computing = cpu / units;
        // The clocks tick differently, so pure computing may seem to take more CPU time than
        // wall-clock time. But no wait is negative.
        let waiting = ((wall - cpu) / units).max(0.0);

        let (lower, upper) = match side {
            Side::Io => {
                let all_computing = units * computing / cores;
                let all_units = units * (waiting + computing) / in_flight;
                let one_unit = waiting + computing;
                let upper = units * waiting / in_flight + units * computing;
                (all_computing.max(all_units).max(one_unit), Some(upper))
            }
            Side::Cpu => (wall / cores, None),
        };
        Some(Bounds {
            bound_ns: nanos(lower),
            upper_bound_ns: upper.map(nanos),
            unit_computing_ns: nanos(computing),
            unit_waiting_ns: nanos(waiting),
            units: self.units,
            in_flight: self.in_flight(),
            cores: self.cores.max(1),
        })
    }
}

/// Seconds in whole nanoseconds.
pub(super) fn nanos(seconds: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "no measured time is negative, and 2^64 nanoseconds are 584 years"
    )]
    let nanos = (seconds * 1e9).round() as u64;
    nanos
}

impl Bounds {
    /// The share of the limit that a version reaches which takes this long, in seconds: 1 if it is
    /// at the limit, a half if it takes twice as long, and above 1 if it computes less than
    /// sequential, or by chance.
    #[must_use]
    pub(crate) fn share(&self, wall: f64) -> f64 {
        self.bound_ns as f64 / 1e9 / wall
    }

    /// The limits with their formulas, for people; one line each.
    #[must_use]
    pub(crate) fn in_words(&self) -> Vec<String> {
        let lower = words::duration_ns(self.bound_ns);
        let cores = count(self.cores, "core");
        let Some(upper) = self.upper_bound_ns else {
            return vec![format!(
                "The limit for P = {cores} is T₁/P = {lower}, where T₁ is sequential's time."
            )];
        };
        vec![
            format!(
                "In sequential, each of the N = {} computes for C = {} and waits for L = {} on average.",
                count(self.units, "unit"),
                words::duration_ns(self.unit_computing_ns),
                words::duration_ns(self.unit_waiting_ns),
            ),
            format!(
                "The limit for K = {} in flight and P = {cores} is max(N·C/P, N·(L+C)/K, L+C) = {lower}.",
                self.in_flight,
            ),
            format!(
                "If only the waits overlap, the time is N·L/K + N·C = {}.",
                words::duration_ns(upper)
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// 100 units in 5 s, of which 0.2 s are computed: C = 2 ms, L = 48 ms.
    const PAGES: Job = Job { units: 100, wall: ms(5000), cpu: ms(200), in_flight: 50, cores: 2 };

    fn io(job: Job) -> (u64, u64) {
        let bounds = job.bounds(Side::Io).expect("there is work");
        (bounds.bound_ns, bounds.upper_bound_ns.expect("work that waits has an upper bound"))
    }

    #[test]
    fn computing_and_waiting_are_told_apart_per_unit() {
        let bounds = PAGES.bounds(Side::Io).expect("there is work");
        assert_eq!(bounds.unit_computing_ns, 2_000_000);
        assert_eq!(bounds.unit_waiting_ns, 48_000_000);
    }

    #[test]
    fn few_in_flight_are_limited_by_how_many() {
        // N·C/P = 0.2 s/2 = 100 ms; N·(L+C)/K = 5 s/10 = 500 ms; L+C = 50 ms.
        // Upper: 4.8 s/10 + 0.2 s = 680 ms.
        assert_eq!(io(Job { in_flight: 10, ..PAGES }), (500_000_000, 680_000_000));
    }

    #[test]
    fn many_in_flight_are_limited_by_the_cores() {
        // One core: N·C/P = 200 ms; N·(L+C)/K = 5 s/100 = 50 ms; upper: 48 ms + 200 ms.
        assert_eq!(io(Job { in_flight: 100, cores: 1, ..PAGES }), (200_000_000, 248_000_000));
    }

    #[test]
    fn nothing_is_faster_than_one_unit() {
        // Without any computing, 1,000 in flight could do 100 units in 5 ms if units had parts.
        // As it is, all 100 are in flight at once, and both bounds are one unit's wait.
        let job = Job { in_flight: 1000, cpu: ms(0), ..PAGES };
        assert_eq!(io(job), (50_000_000, 50_000_000));
    }

    #[test]
    fn computing_is_limited_by_the_cores_alone() {
        let job = Job { units: 954, wall: ms(900), cpu: ms(890), in_flight: 2, cores: 2 };
        let bounds = job.bounds(Side::Cpu).expect("there is work");
        assert_eq!((bounds.bound_ns, bounds.upper_bound_ns), (450_000_000, None));
    }

    #[test]
    fn shares_are_not_clipped() {
        let bounds = PAGES.bounds(Side::Io).expect("there is work");
        // N·C/P and N·(L+C)/K are both 100 ms here.
        assert_eq!(bounds.bound_ns, 100_000_000);
        for (wall, share) in [(0.1, 1.0), (0.2, 0.5), (0.08, 1.25)] {
            assert!((bounds.share(wall) - share).abs() < 1e-12, "{wall}");
        }
    }

    #[test]
    fn more_cpu_than_wall_is_no_negative_wait() {
        let job = Job { units: 10, wall: ms(100), cpu: ms(101), in_flight: 10, cores: 2 };
        assert_eq!(job.bounds(Side::Io).expect("there is work").unit_waiting_ns, 0);
    }

    #[test]
    fn no_work_has_no_limit() {
        assert_eq!(Job { units: 0, ..PAGES }.bounds(Side::Io), None);
        assert_eq!(Job { units: 0, ..PAGES }.bounds(Side::Cpu), None);
    }

    #[test]
    fn the_words_give_formula_and_figure() {
        let words = PAGES.bounds(Side::Io).expect("there is work").in_words().join(" ");
        for part in ["C = 2.00 ms", "L = 48.0 ms", "K = 50", "2 cores", "L+C) = 100 ms", "296 ms"] {
            assert!(words.contains(part), "{part} is missing in: {words}");
        }
    }
}
