//! The outcome of a transaction, and whether to retry it. The blocking and the async cells ask this
//! same code, so they differ in nothing else.

use std::time::Duration;

use fastrand::Rng;
use harness::pool::JobError;
use serde::{Deserialize, Serialize};

use crate::{
    fault::Fault,
    ledger::{Batch, Verdict},
    settings::Retries,
};

/// The result of one attempt at a transaction: the outcome of each transfer, or a fault.
pub type Verdicts = Result<Vec<Verdict>, Fault>;

/// The pause before the first retry. It doubles with every further retry.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
/// The longest pause before a retry.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// The outcome of one transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The outcome of each of its transfers, or why it failed.
    pub result: Verdicts,
    /// How often it was retried.
    pub retries: u32,
}

impl From<JobError> for Outcome {
    fn from(error: JobError) -> Self {
        Self { result: Err(Fault::Worker(error.to_string())), retries: 0 }
    }
}

/// The next step.
pub(crate) enum Next {
    /// Wait this long, then retry.
    Pause(Duration),
    /// Nothing more: this is the transaction's outcome.
    Done(Outcome),
}

/// The longest pause before another attempt, after this many retries.
pub(crate) fn longest_pause(retries: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << retries.min(16)).min(LONGEST_PAUSE)
}

/// One transaction on its way.
pub(crate) struct Attempts<'a> {
    batch: &'a Batch,
    retries: Retries,
    made: u32,
}

impl<'a> Attempts<'a> {
    pub(crate) fn new(batch: &'a Batch, retries: Retries) -> Self {
        Self { batch, retries, made: 0 }
    }

    /// Which attempt it is, from 0.
    pub(crate) fn number(&self) -> usize {
        self.made as usize
    }

    /// Decides what to do after an attempt.
    pub(crate) fn after(&mut self, attempt: Verdicts) -> Next {
        let result = match attempt {
            Err(fault) if fault.can_pass() && self.made < self.retries.most => {
                let pause = self.pause();
                self.made += 1;
                return Next::Pause(pause);
            }
            Err(fault) if fault.can_pass() => {
                Err(Fault::GivenUp { tries: self.made + 1, reason: fault.to_string() })
            }
            other => other,
        };
        Next::Done(Outcome { result, retries: self.made })
    }

    /// The pause before the next attempt: exponential backoff with jitter, so that two conflicting
    /// transactions do not conflict again. The seed and the transaction determine it.
    fn pause(&self) -> Duration {
        let index = self.batch.index as u64;
        let mut random = Rng::with_seed(self.retries.seed ^ (index << 8) ^ u64::from(self.made));
        longest_pause(self.made).mul_f64(0.5 + 0.5 * random.f64())
    }
}

/// How often in a row a connection could not be opened because the database was away.
#[derive(Debug, Default)]
pub(crate) struct Away(u32);

impl Away {
    /// Takes note of an attempt to open the connection. A database that is away may be back soon,
    /// for example after a restart. If it stays away for all attempts of one transaction, the other
    /// transactions need not wait as long again.
    pub(crate) fn after<T>(
        &mut self,
        opened: Result<T, Fault>,
        retries: Retries,
    ) -> Result<T, Fault> {
        match opened {
            Err(Fault::Away(reason)) if self.0 > retries.most => Err(Fault::Connect(reason)),
            Err(Fault::Away(reason)) => {
                self.0 += 1;
                Err(Fault::Away(reason))
            }
            other => {
                self.0 = 0;
                other
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETRIES: Retries = Retries { most: 2, seed: 0 };

    #[test]
    fn a_conflict_is_tried_again_after_longer_and_longer_pauses_and_given_up_at_last() {
        let batch = Batch { index: 3, transfers: Vec::new() };
        let mut attempts = Attempts::new(&batch, RETRIES);
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
    fn what_can_pass_is_tried_again_and_nothing_else() {
        let batch = Batch { index: 0, transfers: Vec::new() };
        for fault in [
            Fault::Conflict(String::new()),
            Fault::Full(String::new()),
            Fault::Lost(String::new()),
            Fault::Away(String::new()),
        ] {
            assert!(matches!(Attempts::new(&batch, RETRIES).after(Err(fault)), Next::Pause(_)));
        }
        for fault in
            [Fault::Connect(String::new()), Fault::Database(String::new()), Fault::Missing(1)]
        {
            let next = Attempts::new(&batch, RETRIES).after(Err(fault));
            assert!(matches!(next, Next::Done(Outcome { result: Err(_), retries: 0 })));
        }
    }

    #[test]
    fn a_database_that_stays_away_is_waited_for_once() {
        let mut away = Away::default();
        let mut open = |opened| away.after(opened, RETRIES).err();
        let gone = || Err(Fault::Away("gone".into()));
        for _ in 0..3 {
            assert_eq!(open(gone()), Some(Fault::Away("gone".into())));
        }
        assert_eq!(open(gone()), Some(Fault::Connect("gone".into())));
        // Once it is back, it may go away again.
        assert_eq!(open(Ok(())), None);
        assert_eq!(open(gone()), Some(Fault::Away("gone".into())));
    }
}
