//! Has the tick come at every wait there is.

use crate::{
    clock::Clock,
    run::{Arrived, run},
    runtime::Runtime,
    sink::Sink,
    source::Source,
};

/// What became of one way, on one runtime, over all waits.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Total {
    /// At how many waits a tick was tried: at all of an undisturbed run.
    pub(crate) waits: usize,
    /// At how many of them it did damage.
    pub(crate) damaging: usize,
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
}

/// Runs a way once for each of its waits, with the tick there.
pub(crate) fn everywhere(
    runtime: Runtime,
    relay: impl AsyncFn(&mut Source, &mut Sink, &Clock) -> usize,
) -> Total {
    let tick_at = |wait| run(runtime, runtime.turns(), wait, &relay);
    // There is no wait number 0, so nothing disturbs this one.
    let waits = tick_at(0).waits;
    let all: Vec<Arrived> = (1..=waits).map(tick_at).collect();
    Total {
        waits,
        damaging: all.iter().filter(|arrived| arrived.lost + arrived.doubled > 0).count(),
        lost: all.iter().map(|arrived| arrived.lost).sum(),
        doubled: all.iter().map(|arrived| arrived.doubled).sum(),
    }
}
