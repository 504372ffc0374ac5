//! Somebody waits for each thread, and gets its panic as a value. No lock is held meanwhile.

use std::{
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
};

use crate::{
    job::Job,
    work::{Done, check, message, rest},
};

/// Has all jobs done, and returns what is known of each.
pub(crate) fn do_all(jobs: Vec<Job>) -> Vec<Done> {
    let begun = Arc::new(Mutex::new(Vec::new()));
    let spawn = |job: Job| {
        let begun = Arc::clone(&begun);
        let work = move |index| {
            // What can panic comes before the lock, so that what the `expect` says is true.
            let checked = check(index);
            begun.lock().expect("no thread panics while holding it").push(checked);
            rest(index)
        };
        thread::spawn(move || job.run(work))
    };
    let threads: Vec<JoinHandle<usize>> = jobs.into_iter().map(spawn).collect();
    let join = |thread: JoinHandle<usize>| thread.join().map_err(|panic| message(&*panic));
    threads.into_iter().map(join).collect()
}
