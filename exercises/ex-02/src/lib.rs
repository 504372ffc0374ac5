//! Exercise 2: tell waiting from computing.
//!
//! - Page: I/O-bound or CPU-bound?
//! - Task: `judge` looks at one thread only, and knows two answers out of three. `least` forgets
//!   one of the page's three bounds, and spreads work over cores as if more units could be in
//!   flight.
//! - Checked: the answers for programs with one and with several threads, and both limits, against
//!   figures worked out by hand.
//! - Fails with: `12s of CPU time in 10s: the answer was CpuBound; wanted: IoBound`
//! - Fails with: `the least time was 50ms; wanted: 100ms`
//! - Hint: in `wall` the threads could have computed for `wall` × the lesser of threads and cores.

use std::time::Duration;

/// What was measured of a program. All its threads live as long as it does.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// The time that passed.
    pub wall: Duration,
    /// The time that cores spent on it, over all threads.
    pub cpu: Duration,
    /// The time that its threads could have computed and got no core, since other programs had
    /// them.
    pub ready: Duration,
    /// How many threads it has.
    pub threads: u32,
    /// How many cores the machine has.
    pub cores: u32,
}

/// What most of the time goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Waiting for something that isn't a core.
    IoBound,
    /// Computing: at least half of the time.
    CpuBound,
    /// Waiting for a core, longer than for anything else.
    WaitsForACore,
}

/// What most of the time goes into.
#[must_use]
pub fn judge(program: Measured) -> Verdict {
    if program.cpu * 2 >= program.wall { Verdict::CpuBound } else { Verdict::IoBound }
}

/// Units of work that compute and wait.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// How many units there are: N.
    pub units: u32,
    /// For how long each computes: C.
    pub computing: Duration,
    /// For how long each waits: L.
    pub waiting: Duration,
    /// How many may be in flight at once: K.
    pub in_flight: u32,
    /// How many cores compute: P.
    pub cores: u32,
}

/// The time that no version can be faster than.
#[must_use]
pub fn least(work: Work) -> Duration {
    let Work { units, computing, waiting, in_flight, cores } = work;
    (computing * units / cores).max((waiting + computing) * units / (in_flight * cores))
}

/// The time if the waits overlap, and nothing else does.
#[must_use]
pub fn only_waits_overlap(work: Work) -> Duration {
    (work.waiting + work.computing) * work.units / work.in_flight
}
