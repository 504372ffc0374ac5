//! Threads of a scope, whose handles are dropped: the scope waits for them itself.

use std::thread;

use crate::{
    job::Job,
    work::{Done, check, rest},
};

/// Has all jobs done, and returns what is known of each.
pub(crate) fn do_all(jobs: Vec<Job>) -> Vec<Done> {
    thread::scope(|scope| {
        for job in jobs {
            scope.spawn(move || job.run(|index| rest(check(index))));
        }
    });
    // When all have ended, the scope itself panics if any of them has. It does not say with what.
    Vec::new()
}
