//! Exercise 1: two activities take turns on one thread.
//!
//! - Page: What is concurrency?
//! - Task: `run` ends the first job before it begins the second. Let the jobs take turns instead,
//!   one step each, until all are done. Start no thread: this is concurrency without parallelism.
//! - Checked: the order of the steps, that one thread takes them all, and that a job may wait for
//!   what another brings about.
//! - Fails with: `the order of the steps was A1 A2 A3 B1 B2; wanted: A1 B1 A2 B2 A3`
//! - Hint: go round the jobs, again and again, and let go of those that are done. `Vec::retain_mut`
//!   does both.

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
pub fn run(jobs: Vec<Job<'_>>) {
    for mut job in jobs {
        while job() == Progress::More {}
    }
}
