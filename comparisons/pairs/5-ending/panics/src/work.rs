//! What a job does.

use std::{any::Any, thread, time::Duration};

use pair::unit::waiting;

/// How many jobs there are.
pub(crate) const JOBS: usize = 5;
/// Which one panics.
pub(crate) const PANICS: usize = 0;
/// How long a job works.
pub(crate) const WORK: Duration = Duration::from_millis(100);

/// What became of one job, for whoever waits for it: its number, or why there is none.
pub(crate) type Done = Result<usize, String>;

/// Looks at the input of a job, and returns its number.
///
/// # Panics
/// It is the input that nobody has thought of.
pub(crate) fn check(index: usize) -> usize {
    assert!(index != PANICS, "bad input in job {index}");
    index
}

/// Does the rest of the job, which takes its time.
pub(crate) fn rest(index: usize) -> usize {
    waiting(|| thread::sleep(WORK));
    index
}

/// What a panic says.
pub(crate) fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("something that is no text").to_owned()
}
