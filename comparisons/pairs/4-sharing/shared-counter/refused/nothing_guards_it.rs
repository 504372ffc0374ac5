//! rustc: cannot borrow `count` as mutable more than once at a time

use std::thread;

/// Counts with two threads and no guard.
pub fn count() -> u64 {
    let mut count = 0;
    thread::scope(|scope| {
        scope.spawn(|| (0..1000).for_each(|_| count += 1));
        scope.spawn(|| (0..1000).for_each(|_| count += 1));
    });
    count
}
