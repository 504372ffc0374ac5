//! The two limits that every approach obeys, so that comparisons are fair.

/// How much may go on at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most units of work in flight at once; at least 1.
    pub in_flight: usize,
    /// The most threads or processes that compute; at least 1.
    pub workers: usize,
}

impl Limits {
    /// One thing after the other, which is all that a sequential program can do.
    pub const ONE: Self = Self { in_flight: 1, workers: 1 };
}

/// Whether a row's units mostly wait or compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// They wait, so many may be in flight at once.
    Waits {
        /// How many, unless the user says otherwise.
        limit: usize,
    },
    /// They compute, so no more than the workers are in flight at once.
    Computes,
}
