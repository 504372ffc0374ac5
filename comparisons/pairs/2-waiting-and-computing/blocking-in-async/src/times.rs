//! How many tasks tick, and how long everything takes.

use std::time::Duration;

/// How long the content of the file takes to come.
pub(crate) const LATENCY: Duration = Duration::from_millis(200);
/// How many tasks tick beside those that read.
pub(crate) const NEIGHBOURS: usize = 3;
/// How often each of them ticks.
pub(crate) const TICK: Duration = Duration::from_millis(10);
