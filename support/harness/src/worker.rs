//! Support for a worker process that a cell starts itself, without the [pool](crate::pool): for the
//! meter and for the timeline.

use std::{
    env,
    process::Command,
    time::{Duration, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use timeline::{Event, unit};

use crate::{background::harness_thread_started, meter::WorkerUsage};

/// The environment variable that makes a worker record its timeline, counted from this moment.
const EPOCH: &str = "MEANWHILE_EPOCH";

/// Makes the worker that this command starts record its timeline, if this process records one.
pub fn prepare(command: &mut Command) {
    if let Some(epoch) = timeline::epoch() {
        command.env(EPOCH, epoch.to_string());
    }
}

/// Begins to record, in a worker that was asked to.
pub fn begin() {
    if let Some(epoch) = env::var(EPOCH).ok().and_then(|epoch| epoch.parse().ok()) {
        timeline::record_since(UNIX_EPOCH + Duration::from_nanos(epoch));
    }
}

/// Makes this worker ignore Ctrl-C. A terminal sends it to all processes at the same time, but the
/// parent decides which of them end, and when.
///
/// # Errors
/// The system has no more threads.
pub fn leave_ctrl_c_to_parent() -> Result<(), ctrlc::Error> {
    harness_thread_started();
    ctrlc::set_handler(|| {})
}

/// A worker's report to its parent at its end.
#[derive(Debug, Serialize, Deserialize)]
pub struct Notes {
    usage: WorkerUsage,
    peak_in_flight: usize,
    workers: usize,
    events: Vec<Event>,
}

impl Notes {
    /// The report of this process, a worker.
    #[must_use]
    pub fn take() -> Self {
        Self {
            usage: WorkerUsage::of_this_process(),
            peak_in_flight: unit::peak(),
            workers: unit::workers(),
            events: timeline::take_events(),
        }
    }

    /// Adds a worker's report to the figures of this process, its parent.
    pub fn add(self) {
        self.usage.add();
        unit::add_peak(self.peak_in_flight);
        unit::add_workers(self.workers);
        timeline::add_events(self.events);
    }
}
