//! The workers, and what they count.

use std::{
    hint::black_box,
    sync::Barrier,
    thread::{self, ScopedJoinHandle},
};

use pair::Unit;

/// One event. The compiler must not know that it is a one, or it would replace a loop of local
/// additions with one multiplication.
#[inline]
pub(crate) fn one() -> u64 {
    black_box(1)
}

/// Starts so many workers at the same moment, each on a thread, and returns what each returned.
pub(crate) fn on_threads<T: Send>(workers: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let (work, start) = (&work, &Barrier::new(workers));
    thread::scope(|scope| {
        let spawn = |worker| {
            let run = move || {
                start.wait();
                Unit::begin(worker).run(|| work(worker))
            };
            let thread = thread::Builder::new().name("counting".into());
            thread.spawn_scoped(scope, run).expect("there is memory for it")
        };
        let threads: Vec<ScopedJoinHandle<T>> = (0..workers).map(spawn).collect();
        threads.into_iter().map(|thread| thread.join().expect("no worker panics")).collect()
    })
}
