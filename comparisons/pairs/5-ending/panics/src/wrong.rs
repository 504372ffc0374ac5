//! Nobody waits for the threads, and a lock passes the panic of one on to all of them.

use std::{
    sync::{Arc, Mutex},
    thread,
};

use crate::{
    job::Job,
    work::{Done, check, rest},
};

/// Has all jobs done, and returns what is known of each.
pub(crate) fn do_all(jobs: Vec<Job>) -> Vec<Done> {
    let begun = Arc::new(Mutex::new(Vec::new()));
    for job in jobs {
        let begun = Arc::clone(&begun);
        let work = move |index| {
            let mut begun = begun.lock().expect("no thread panics while holding it");
            // But this one does. Its panic poisons the lock, and then all others panic above.
            begun.push(check(index));
            drop(begun);
            rest(index)
        };
        // The handle is dropped, and with it the only place where a panic would show.
        thread::spawn(move || job.run(work));
    }
    Vec::new()
}
