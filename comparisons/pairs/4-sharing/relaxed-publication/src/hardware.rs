//! The same on this machine's processor, with the atomics of the standard library.

use std::{
    sync::atomic::{
        AtomicBool, AtomicU32,
        Ordering::{self, Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

/// A number in a cache line of its own.
#[derive(Default)]
#[repr(align(128))]
struct Line(AtomicU32);

/// How many reads saw what.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// A flag that is newer than the one before.
    pub(crate) new_flags: u32,
    /// A flag, and data older than it.
    pub(crate) stale: u32,
}

/// Has one thread publish one number after the other, and another read for so long.
pub(crate) fn read(time: Duration, store: Ordering, load: Ordering) -> Seen {
    let (data, flag, done) = (Line::default(), Line::default(), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in (1..=u32::MAX).take_while(|_| !done.load(Relaxed)) {
                data.0.store(number, Relaxed);
                flag.0.store(number, store);
            }
        });
        let (mut seen, mut last, start) = (Seen::default(), 0, Instant::now());
        while start.elapsed() < time {
            let number = flag.0.load(load);
            seen.stale += u32::from(data.0.load(Relaxed) < number);
            seen.new_flags += u32::from(number > last);
            last = number;
        }
        done.store(true, Relaxed);
        seen
    })
}
