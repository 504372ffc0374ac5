//! The wakes of a unit's future. The unit waits from the end of a poll to the first wake, and is ready
//! from then on until it is polled again.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    task::{Wake, Waker},
};

use crate::record::{State, push};

/// Takes note of the wakes of one unit's future.
#[derive(Debug)]
pub(crate) struct Wakes {
    watch: Arc<Watch>,
    waker: Waker,
}

impl Wakes {
    /// Watches the future of the unit with this index.
    pub(crate) fn new(unit: usize) -> Self {
        let now = Now { phase: Phase::Polled, task: Waker::noop().clone() };
        let watch = Arc::new(Watch { unit, now: Mutex::new(now) });
        Self { waker: watch.clone().into(), watch }
    }

    /// The waker to poll the future with. It is the same at each poll, so whoever keeps it need not
    /// replace it.
    pub(crate) fn waker(&self) -> &Waker {
        &self.waker
    }

    /// The task with this waker is about to poll the future.
    pub(crate) fn begin_poll(&self, task: &Waker) {
        let mut now = self.watch.now();
        now.phase = Phase::Polled;
        now.task.clone_from(task);
    }

    /// The poll has ended, and the future has not. That the unit waits is recorded already.
    pub(crate) fn end_poll(&self) {
        drop(self.watch.step(Phase::after_a_poll));
    }
}

/// The waker that the future gets in place of its task's.
#[derive(Debug)]
struct Watch {
    unit: usize,
    now: Mutex<Now>,
}

#[derive(Debug)]
struct Now {
    phase: Phase,
    /// The waker of the task that polled the future last.
    task: Waker,
}

impl Watch {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().expect("nobody panics while holding it")
    }

    /// Goes to the next phase, records if the unit is ready from now on, and returns the task.
    ///
    /// The lock is held meanwhile, so that no poll begins between a wake and its record.
    fn step(&self, next: impl FnOnce(Phase) -> Phase) -> MutexGuard<'_, Now> {
        let mut now = self.now();
        let before = now.phase;
        now.phase = next(before);
        if now.phase == Phase::Woken && before != Phase::Woken {
            push(self.unit, State::Ready);
        }
        now
    }
}

impl Wake for Watch {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // The lock is released first: the task's waker may do anything.
        let task = self.step(Phase::after_a_wake).task.clone();
        task.wake();
    }
}

/// Where the future is between two polls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// It is being polled.
    Polled,
    /// It is being polled, and was woken meanwhile.
    PolledAndWoken,
    /// Nobody has woken it since its last poll.
    Asleep,
    /// Somebody has.
    Woken,
}

impl Phase {
    fn after_a_wake(self) -> Self {
        match self {
            Self::Polled | Self::PolledAndWoken => Self::PolledAndWoken,
            Self::Asleep | Self::Woken => Self::Woken,
        }
    }

    fn after_a_poll(self) -> Self {
        if self == Self::PolledAndWoken { Self::Woken } else { Self::Asleep }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::alone;

    /// The phases of a future that goes through these steps, from the beginning of a poll on.
    fn phases(steps: &[fn(Phase) -> Phase]) -> Vec<Phase> {
        let after = steps.iter().scan(Phase::Polled, |phase, step| {
            *phase = step(*phase);
            Some(*phase)
        });
        after.collect()
    }

    #[test]
    fn a_wake_after_a_poll_makes_it_ready() {
        let steps: [fn(Phase) -> Phase; 2] = [Phase::after_a_poll, Phase::after_a_wake];
        assert_eq!(phases(&steps), [Phase::Asleep, Phase::Woken]);
    }

    #[test]
    fn a_wake_during_a_poll_makes_it_ready_after_it() {
        let steps: [fn(Phase) -> Phase; 3] =
            [Phase::after_a_wake, Phase::after_a_wake, Phase::after_a_poll];
        assert_eq!(phases(&steps), [Phase::PolledAndWoken, Phase::PolledAndWoken, Phase::Woken]);
    }

    #[test]
    fn a_future_that_nobody_wakes_sleeps() {
        assert_eq!(phases(&[Phase::after_a_poll]), [Phase::Asleep]);
    }

    #[test]
    fn the_task_is_woken_each_time_and_may_be_another_at_each_poll() {
        #[derive(Default)]
        struct Count(std::sync::atomic::AtomicUsize);
        impl Wake for Count {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
        let _alone = alone();
        let woken = |task: &Count| task.0.load(std::sync::atomic::Ordering::Relaxed);
        let (first, second) = (Arc::new(Count::default()), Arc::new(Count::default()));
        let wakes = Wakes::new(0);
        wakes.begin_poll(&first.clone().into());
        wakes.waker().wake_by_ref();
        wakes.end_poll();
        wakes.waker().wake_by_ref();
        assert_eq!((woken(&first), woken(&second)), (2, 0));
        let kept = wakes.waker().clone();
        wakes.begin_poll(&second.clone().into());
        wakes.end_poll();
        // A waker from an earlier poll wakes the task of the latest.
        kept.wake();
        assert_eq!((woken(&first), woken(&second)), (2, 1));
    }
}
