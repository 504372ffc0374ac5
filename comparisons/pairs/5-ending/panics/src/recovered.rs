//! The lock is held during a panic, and the others take it in spite of that.

use std::{
    sync::{Mutex, PoisonError},
    thread::{self, ScopedJoinHandle},
};

use crate::{
    job::Job,
    work::{Done, check, message, rest},
};

/// Has all jobs done, and returns what is known of each.
pub(crate) fn do_all(jobs: Vec<Job>) -> Vec<Done> {
    let begun = Mutex::new(Vec::new());
    let work = |index| {
        // The lock says that somebody panicked while holding it. A list with or without one more
        // number is a good list, so this may go on; half a transfer of money would not be.
        let mut begun = begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.push(check(index));
        drop(begun);
        rest(index)
    };
    thread::scope(|scope| {
        let spawn = |job: Job| scope.spawn(move || job.run(work));
        let threads: Vec<ScopedJoinHandle<'_, usize>> = jobs.into_iter().map(spawn).collect();
        let join =
            |thread: ScopedJoinHandle<'_, usize>| thread.join().map_err(|panic| message(&*panic));
        threads.into_iter().map(join).collect()
    })
}
