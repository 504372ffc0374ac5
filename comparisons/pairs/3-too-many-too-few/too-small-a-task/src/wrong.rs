//! A thread, a task or a job for each number.

use std::{
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use crate::job::Work;

/// Works on all numbers in threads, and adds up the results.
pub(crate) fn in_threads(numbers: Range<usize>, work: Work) -> u64 {
    thread::scope(|scope| {
        let start = |number| scope.spawn(move || work(number..number + 1));
        let threads: Vec<_> = numbers.map(start).collect();
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).sum()
    })
}

/// Works on all numbers in tasks of tokio, and adds up the results.
pub(crate) async fn in_tasks(numbers: Range<usize>, work: Work) -> u64 {
    let start = |number| tokio::spawn(async move { work(number..number + 1) });
    let tasks: Vec<_> = numbers.map(start).collect();
    let mut sum = 0;
    for task in tasks {
        sum += task.await.expect("it does not panic");
    }
    sum
}

/// Works on all numbers in jobs of rayon, and adds up the results.
pub(crate) fn in_jobs(numbers: Range<usize>, work: Work) -> u64 {
    let sum = &AtomicU64::new(0);
    rayon::scope(|scope| {
        for number in numbers {
            scope.spawn(move |_| {
                sum.fetch_add(work(number..number + 1), Ordering::Relaxed);
            });
        }
    });
    sum.load(Ordering::Relaxed)
}
