//! What the threads are that things are measured of.

use std::{num::NonZeroUsize, thread};

/// The size of a small stack, in bytes.
pub(super) const SMALL_STACK: usize = 64 * 1024;

/// How many threads a runtime or a pool gets: one per core.
pub(super) fn workers() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}
