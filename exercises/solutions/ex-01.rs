//! Exercise 1, solved: two activities take turns on one thread.
//!
//! An async runtime does the same to its tasks. Its steps are calls of `poll`, and it skips tasks
//! that have nothing to do yet, where this loop asks each of them in every round.

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It has more steps to take.
    More,
    /// This was its last step.
    Done,
}

/// A job that is done in steps. Each call takes the next one; there is none after the last.
pub type Job<'a> = Box<dyn FnMut() -> Progress + 'a>;

/// Takes all steps of all jobs.
pub fn run(mut jobs: Vec<Job<'_>>) {
    // In each round, every job that is left takes one step.
    while !jobs.is_empty() {
        jobs.retain_mut(|job| job() == Progress::More);
    }
}
