//! Runs a way, and sees what becomes of its jobs.

use std::{
    iter,
    panic::{self, AssertUnwindSafe},
    time::Duration,
};

use crate::{
    job::{Job, jobs},
    seen::Seen,
    work::{Done, PANICS, message},
};

/// No job takes that long. One that hangs should not be the end of the program.
const PATIENCE: Duration = Duration::from_secs(10);

/// What became of the jobs of one way.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tried {
    /// What whoever waits for them sees of the panic.
    pub(crate) seen: Seen,
    /// How many of the other jobs have finished.
    pub(crate) finished: usize,
}

/// Has a way do its jobs, and waits until all of them have ended.
pub(crate) fn try_out(do_all: impl FnOnce(Vec<Job>) -> Vec<Done>) -> Tried {
    let (jobs, finished) = jobs();
    // Nothing but numbers and text comes out of there, so nothing half done does.
    let seen = match panic::catch_unwind(AssertUnwindSafe(|| do_all(jobs))) {
        Ok(done) => done.into_iter().find_map(Result::err).map_or(Seen::Nothing, Seen::Error),
        Err(panic) => Seen::Panic(message(&*panic)),
    };
    let finished = iter::from_fn(|| finished.recv_timeout(PATIENCE).ok());
    Tried { seen, finished: finished.filter(|index| *index != PANICS).count() }
}
