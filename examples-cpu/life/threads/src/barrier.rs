//! A barrier that threads pass in two halves. Each *arrives*, then does the work that needs no
//! other thread, and only then *waits* for those that haven't arrived: often all have, and nobody
//! waits.
//!
//! With the standard library's barrier, both are one call. And a thread that waits there for one
//! that has panicked, or was never started, waits forever. Here each thread holds a [`Member`], and
//! if one is dropped, the others are told.

use std::{
    hint,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use anyhow::{Result, ensure};
use life_workload::Wait;

/// A thread's access to the barrier: it arrives and waits through this.
pub(crate) struct Member {
    barrier: Arc<Barrier>,
    wait: Wait,
    /// How many arrivals complete the round that this thread is in.
    due: usize,
}

#[derive(Default)]
struct Barrier {
    members: usize,
    /// Of all members, in all rounds.
    arrivals: AtomicUsize,
    broken: AtomicBool,
    /// For those who sleep.
    lock: Mutex<()>,
    changed: Condvar,
}

/// Makes a barrier for so many threads.
pub(crate) fn members(members: usize, wait: Wait) -> impl Iterator<Item = Member> {
    let barrier = Arc::new(Barrier { members, ..Barrier::default() });
    (0..members).map(move |_| Member { barrier: barrier.clone(), wait, due: 0 })
}

impl Member {
    /// Arrives in the next round, and doesn't wait.
    pub(crate) fn arrive(&mut self) {
        self.due += self.barrier.members;
        // Acquire and release: a thread that sees the arrival also sees everything before it.
        if self.barrier.arrivals.fetch_add(1, Ordering::AcqRel) + 1 == self.due {
            self.barrier.wake();
        }
    }

    /// Waits until all have arrived in this round.
    ///
    /// # Errors
    /// One of them has ended, and never will.
    pub(crate) fn wait(&self) -> Result<()> {
        match self.wait {
            // It loses no time falling asleep and being woken, but nobody else can use its core.
            Wait::Spin => {
                while self.must_wait() {
                    hint::spin_loop();
                }
            }
            Wait::Sleep => {
                let awake = self.barrier.lock.lock().expect(UNHARMED);
                let awake = self.barrier.changed.wait_while(awake, |()| self.must_wait());
                drop(awake.expect(UNHARMED));
            }
        }
        ensure!(self.is_complete(), "another thread has ended early");
        Ok(())
    }

    fn must_wait(&self) -> bool {
        !self.is_complete() && !self.barrier.broken.load(Ordering::Acquire)
    }

    fn is_complete(&self) -> bool {
        self.barrier.arrivals.load(Ordering::Acquire) >= self.due
    }
}

impl Drop for Member {
    /// A thread that is done has waited for all the others in its last round. So this round is
    /// complete and they go on, and none will wait for it again.
    fn drop(&mut self) {
        self.barrier.broken.store(true, Ordering::Release);
        self.barrier.wake();
    }
}

impl Barrier {
    fn wake(&self) {
        // With the lock, nobody is between looking and falling asleep.
        drop(self.lock.lock().expect(UNHARMED));
        self.changed.notify_all();
    }
}

const UNHARMED: &str = "nobody panics while holding it";
