//! Exercise 2, solved: tell waiting from computing.
//!
//! CPU time alone says little where there are several threads: 12 s in 10 s is much for one thread
//! and little for eight.

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
    // As many threads as there are cores can compute at the same time.
    let available = program.wall * program.threads.min(program.cores);
    let waits = available.saturating_sub(program.cpu + program.ready);
    if program.cpu * 2 >= available {
        Verdict::CpuBound
    } else if program.ready > waits {
        Verdict::WaitsForACore
    } else {
        Verdict::IoBound
    }
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
    let cores_are_busy = computing * units / cores;
    let places_are_taken = (waiting + computing) * units / in_flight;
    let one_unit = waiting + computing;
    cores_are_busy.max(places_are_taken).max(one_unit)
}

/// The time if the waits overlap, and nothing else does.
#[must_use]
pub fn only_waits_overlap(work: Work) -> Duration {
    work.waiting * work.units / work.in_flight + work.computing * work.units
}
