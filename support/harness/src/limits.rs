//! The two limits that every approach obeys, so that comparisons are fair.

/// The limits on work at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most units of work in flight at the same time; at least 1.
    pub in_flight: usize,
    /// The most threads or processes that compute; at least 1.
    pub workers: usize,
}

impl Limits {
    /// One thing after the other, as in a sequential program.
    pub const ONE: Self = Self { in_flight: 1, workers: 1 };
}

/// Whether a row's units mostly wait or compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// They wait, so many may be in flight at the same time.
    Waits {
        /// How many, unless the user says otherwise.
        limit: usize,
    },
    /// They compute, so no more units than workers are in flight at the same time.
    Computes,
}
