//! Single calls of a benchmark, as [`figures::calls`] describes them.

use std::{env, time::Duration};

use anyhow::{Context, Result};
use figures::calls::{Asked, Calls, VARIABLE};
use harness::meter::{self, Counters};

/// What this process was asked for, if it was.
///
/// # Errors
/// The variable cannot be read.
pub(crate) fn asked() -> Result<Option<Asked>> {
    let Ok(json) = env::var(VARIABLE) else { return Ok(None) };
    let asked = serde_json::from_str(&json);
    asked.map(Some).with_context(|| format!("cannot read {VARIABLE}={json}"))
}

/// Makes a call, and notes what it took, of which `timed` knows the wall-clock time.
pub(crate) fn note<T>(calls: &mut Calls, timed: impl FnOnce() -> (Duration, T)) -> T {
    meter::forget_peaks();
    let before = Counters::now();
    let (wall, output) = timed();
    let spent = Counters::now().zip(before).map(|(after, before)| after - before);
    let spent = spent.unwrap_or_default();
    calls.wall_ns.push(u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX));
    calls.user_ns.push(spent.user_ns);
    calls.system_ns.push(spent.system_ns);
    calls.voluntary_switches.push(spent.voluntary);
    calls.involuntary_switches.push(spent.involuntary);
    calls.faults.push(spent.minor_faults + spent.major_faults);
    calls.in_flight.push(meter::peak_in_flight());
    calls.workers.push(meter::workers());
    calls.memory_bytes.push(meter::peak_memory().unwrap_or(0));
    output
}
