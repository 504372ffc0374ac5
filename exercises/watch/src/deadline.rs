//! How long a test waits: for others to come, and for the end.

use std::{
    panic,
    sync::{
        OnceLock,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

/// How long a test waits for something that a right solution brings about, however busy the machine
/// is. Only a wrong one ever takes so long.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// How long a test waits for an exercise to end.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// How often a test looks whether something has come about.
const LOOK: Duration = Duration::from_millis(1);

/// Patience that all who wait for the same thing share: it begins when the first of them looks, and
/// once it has run out, nobody waits any longer.
#[derive(Debug, Default)]
pub struct Patience(OnceLock<Instant>);

impl Patience {
    /// Patience that has not begun.
    #[must_use]
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Whether it has run out. The first call begins it.
    pub fn is_over(&self) -> bool {
        self.0.get_or_init(Instant::now).elapsed() > PATIENCE
    }

    /// Blocks this thread until something is so or the patience has run out, and returns whether it
    /// is so.
    pub fn wait_until(&self, mut is_so: impl FnMut() -> bool) -> bool {
        while !is_so() {
            if self.is_over() {
                return is_so();
            }
            thread::sleep(LOOK);
        }
        true
    }
}

/// Runs something on a thread of its own, which may take until [`DEADLINE`].
///
/// # Panics
/// It panicked, or it has not ended in time: then it is left alone.
#[track_caller]
pub fn within_deadline<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    let test = thread::current().name().unwrap_or("test").to_owned();
    // If nobody listens any more, the deadline has passed, and the value is not needed.
    let thread = thread::Builder::new().name(test).spawn(move || drop(sender.send(run())));
    let thread = thread.expect("a test has few threads, so there is room for one more");
    match receiver.recv_timeout(DEADLINE) {
        Ok(value) => value,
        Err(RecvTimeoutError::Timeout) => panic!(
            "it has not ended after {} s: somebody waits for something that never comes",
            DEADLINE.as_secs()
        ),
        Err(RecvTimeoutError::Disconnected) => match thread.join() {
            Ok(()) => unreachable!("a thread that does not panic sends a value"),
            Err(panic) => panic::resume_unwind(panic),
        },
    }
}
