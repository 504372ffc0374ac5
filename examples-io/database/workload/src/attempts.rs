//! What comes of a transaction, and whether to try it again. The blocking and the async
//! cells ask this same code, so that they can differ in nothing else.

use std::time::Duration;

use fastrand::Rng;
use harness::pool::JobError;
use serde::{Deserialize, Serialize};

use crate::{
    fault::Fault,
    ledger::{Batch, Verdict},
    settings::Settings,
};

/// The pause before the first retry; it doubles with every further one.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
/// The longest pause before a retry.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// What came of one transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What became of each of its transfers, or why it failed.
    pub result: Result<Vec<Verdict>, Fault>,
    /// How often it was tried again.
    pub retries: u32,
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

/// How long to pause at most before another attempt, after so many retries.
pub(crate) fn longest_pause(retries: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << retries.min(16)).min(LONGEST_PAUSE)
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
        let index = self.batch.index as u64;
        let mut random =
            Rng::with_seed(self.settings.seed ^ (index << 8) ^ u64::from(self.retries));
        longest_pause(self.retries).mul_f64(0.5 + 0.5 * random.f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{place::Place, settings::Isolation};

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
