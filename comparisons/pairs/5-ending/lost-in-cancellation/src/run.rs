//! Runs a way, and compares what has arrived with what was sent.

use std::rc::Rc;

use crate::{
    clock::Clock,
    job::{LENGTH, MESSAGES, index_of},
    runtime::{Runtime, Wait},
    sink::Sink,
    source::Source,
};

/// What has arrived at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arrived {
    /// Messages, for a receiver that cuts what it gets into pieces of the agreed length.
    pub(crate) whole: usize,
    /// Bytes that never came.
    pub(crate) lost: usize,
    /// Bytes that came once more.
    pub(crate) doubled: usize,
    /// How often the relay was told of a tick.
    pub(crate) ticks: usize,
    /// How often a wire waited.
    pub(crate) waits: usize,
}

/// Runs a way with a tick at this wait of its wires; the first is 1.
pub(crate) fn run(
    runtime: Runtime,
    wait: fn() -> Wait,
    tick_at: usize,
    relay: impl AsyncFnOnce(&mut Source, &mut Sink, &Clock) -> usize,
) -> Arrived {
    let clock = Rc::new(Clock::new(wait, tick_at));
    let (mut source, mut sink) = (Source::new(&clock), Sink::new(&clock));
    let ticks = runtime.block_on(relay(&mut source, &mut sink, &clock));
    let mut copies = [0_usize; MESSAGES * LENGTH];
    sink.bytes.iter().for_each(|byte| copies[usize::from(*byte)] += 1);
    Arrived {
        whole: sink.bytes.chunks(LENGTH).filter_map(index_of).count(),
        lost: copies.iter().filter(|copies| **copies == 0).count(),
        doubled: copies.iter().map(|copies| copies.saturating_sub(1)).sum(),
        ticks,
        waits: clock.waits(),
    }
}
