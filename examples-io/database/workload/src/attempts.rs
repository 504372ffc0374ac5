//! What may go wrong with a transaction, and whether to try it again. The blocking and the async
//! cells ask this same code, so that they can differ in nothing else.

use std::time::Duration;

use fastrand::Rng;
use harness::pool::JobError;
use serde::{Deserialize, Serialize};

use crate::{Batch, Outcome, Settings, Verdict};

/// The pause before the first retry; it doubles with every further one.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
/// The longest pause before a retry.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// Why a transaction failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Fault {
    /// The database could not do it now, and asks for another attempt: somebody else holds a lock
    /// for too long, or changed what was read, or each of two waits for the other.
    #[error("{0}")]
    Conflict(String),
    /// The database takes no more connections for now.
    #[error("cannot connect for now: {0}")]
    Full(String),
    /// So many attempts were in vain, the last for this reason.
    #[error("given up after {tries} attempts: {reason}")]
    GivenUp {
        /// How many.
        tries: u32,
        /// What was wrong with the last.
        reason: String,
    },
    /// The database cannot be reached.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// The connection ended in the middle.
    #[error("the connection was lost, and with it whether this was committed: {0}")]
    Lost(String),
    /// An account is not there.
    #[error("account {0} is not there")]
    Missing(i64),
    /// The database refuses something else.
    #[error("{0}")]
    Database(String),
    /// A worker process failed.
    #[error("{0}")]
    Worker(String),
}

impl Fault {
    /// Whether the same transaction may well succeed the next time.
    fn can_pass(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::Full(_))
    }
}

impl From<JobError> for Outcome {
    fn from(error: JobError) -> Self {
        Self { result: Err(Fault::Worker(error.to_string())), retries: 0 }
    }
}

/// What to do next.
pub(crate) enum Next {
    /// Wait this long, then try again.
    Pause(Duration),
    /// Nothing more: this came of the transaction.
    Done(Outcome),
}

/// One transaction on its way.
pub(crate) struct Attempts<'a> {
    batch: &'a Batch,
    settings: &'a Settings,
    retries: u32,
}

impl<'a> Attempts<'a> {
    pub(crate) fn new(batch: &'a Batch, settings: &'a Settings) -> Self {
        Self { batch, settings, retries: 0 }
    }

    /// Decides what to do after an attempt.
    pub(crate) fn after(&mut self, attempt: Result<Vec<Verdict>, Fault>) -> Next {
        let result = match attempt {
            Err(fault) if fault.can_pass() && self.retries < self.settings.retries => {
                let pause = self.pause();
                self.retries += 1;
                return Next::Pause(pause);
            }
            Err(fault) if fault.can_pass() => {
                Err(Fault::GivenUp { tries: self.retries + 1, reason: fault.to_string() })
            }
            other => other,
        };
        Next::Done(Outcome { result, retries: self.retries })
    }

    /// The pause before the next attempt: exponential backoff with jitter, so that transactions
    /// that met once do not meet again. It follows from the seed and the transaction.
    fn pause(&self) -> Duration {
        let longest = FIRST_PAUSE.saturating_mul(1 << self.retries.min(16)).min(LONGEST_PAUSE);
        let index = self.batch.index as u64;
        let mut random =
            Rng::with_seed(self.settings.seed ^ (index << 8) ^ u64::from(self.retries));
        longest.mul_f64(0.5 + 0.5 * random.f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Isolation, place::Place};

    fn settings() -> Settings {
        Settings {
            place: Place::Sqlite("file".into()),
            run: "0".into(),
            timeout: Duration::from_secs(1),
            retries: 2,
            isolation: Isolation::ReadCommitted,
            seed: 0,
        }
    }

    #[test]
    fn a_conflict_is_tried_again_after_longer_and_longer_pauses_and_given_up_at_last() {
        let (settings, batch) = (settings(), Batch { index: 3, transfers: Vec::new() });
        let mut attempts = Attempts::new(&batch, &settings);
        let conflict = || Err(Fault::Conflict("locked".into()));
        for range in [500..=1_000, 1_000..=2_000] {
            let Next::Pause(pause) = attempts.after(conflict()) else { panic!("no retry") };
            assert!(range.contains(&pause.as_micros()), "{pause:?}");
        }
        let Next::Done(outcome) = attempts.after(conflict()) else { panic!("one retry too many") };
        let fault = outcome.result.expect_err("every attempt failed");
        assert_eq!(
            (outcome.retries, &*fault.to_string()),
            (2, "given up after 3 attempts: locked")
        );
    }

    #[test]
    fn what_cannot_pass_is_not_tried_again() {
        let (settings, batch) = (settings(), Batch { index: 0, transfers: Vec::new() });
        for fault in [
            Fault::Lost(String::new()),
            Fault::Connect(String::new()),
            Fault::Database(String::new()),
            Fault::Missing(1),
        ] {
            let next = Attempts::new(&batch, &settings).after(Err(fault));
            assert!(matches!(next, Next::Done(Outcome { result: Err(_), retries: 0 })));
        }
    }
}
