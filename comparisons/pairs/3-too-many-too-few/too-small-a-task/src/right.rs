//! A thread, a task or a job for each chunk of numbers.

use std::{
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use crate::job::{Work, chunks};

/// Works on all numbers in threads, and adds up the results.
pub(crate) fn in_threads(numbers: Range<usize>, chunk: usize, work: Work) -> u64 {
    thread::scope(|scope| {
        let start = |chunk| scope.spawn(move || work(chunk));
        let threads: Vec<_> = chunks(numbers, chunk).map(start).collect();
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).sum()
    })
}

/// Works on all numbers in tasks of tokio, and adds up the results.
pub(crate) async fn in_tasks(numbers: Range<usize>, chunk: usize, work: Work) -> u64 {
    let start = |chunk| tokio::spawn(async move { work(chunk) });
    let tasks: Vec<_> = chunks(numbers, chunk).map(start).collect();
    let mut sum = 0;
    for task in tasks {
        sum += task.await.expect("it does not panic");
    }
    sum
}

/// Works on all numbers in jobs of rayon, and adds up the results.
pub(crate) fn in_jobs(numbers: Range<usize>, chunk: usize, work: Work) -> u64 {
    let sum = &AtomicU64::new(0);
    rayon::scope(|scope| {
        for chunk in chunks(numbers, chunk) {
            scope.spawn(move |_| {
                sum.fetch_add(work(chunk), Ordering::Relaxed);
            });
        }
    });
    sum.load(Ordering::Relaxed)
}
