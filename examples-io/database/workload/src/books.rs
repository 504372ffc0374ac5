//! What stands in the tables when all is done, and whether it can be true.

use harness::Failure;

use crate::{
    attempts::Outcome,
    ledger::{Opening, Verdict},
};

/// What the tables hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Books {
    /// Of each account, in order: its balance, and the sum of its entries in the history.
    pub(crate) accounts: Vec<(i64, i64)>,
    /// How many entries the history has.
    pub(crate) entries: i64,
}

/// How many transfers came to what end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) done: usize,
    pub(crate) refused: usize,
    /// How many audits found all the money.
    pub(crate) audits: usize,
    /// How often the database asked for another attempt.
    pub(crate) retries: u64,
}

impl Counts {
    pub(crate) fn of(outcomes: &[Outcome]) -> Self {
        let mut counts = Self::default();
        for outcome in outcomes {
            counts.retries += u64::from(outcome.retries);
            if outcome.result.as_ref().is_ok_and(Vec::is_empty) {
                counts.audits += 1;
            }
            for verdict in outcome.result.iter().flatten() {
                match verdict {
                    Verdict::Done => counts.done += 1,
                    Verdict::Refused => counts.refused += 1,
                }
            }
        }
        counts
    }
}

impl Books {
    /// All money that there is.
    pub(crate) fn money(&self) -> i64 {
        self.accounts.iter().map(|(balance, _)| balance).sum()
    }

    /// The CRC-32 of all balances.
    pub(crate) fn digest(&self) -> String {
        let mut digest = crc32fast::Hasher::new();
        for (balance, _) in &self.accounts {
            digest.update(&balance.to_le_bytes());
        }
        format!("{:08x}", digest.finalize())
    }

    /// What cannot be true, where the accounts were opened like this, `done` transfers are known
    /// to be done, and of `unknown` nobody knows whether they are.
    pub(crate) fn violations(&self, opening: Opening, done: usize, unknown: usize) -> Vec<Failure> {
        let mut violations = Vec::new();
        let mut violated = |reason| {
            violations.push(Failure { unit: "the books".into(), reason });
        };
        if self.money() != opening.money() {
            violated(format!("there was {}, and now there is {}", opening.money(), self.money()));
        }
        let accounts = self.accounts.len();
        if i64::try_from(accounts) != Ok(opening.accounts) {
            violated(format!("of {} accounts {accounts} are left", opening.accounts));
        }
        for (account, (balance, moved)) in self.accounts.iter().enumerate() {
            let expected = opening.balance + moved;
            if *balance != expected {
                violated(format!("account {account} holds {balance}, its history says {expected}"));
            }
        }
        let entries = usize::try_from(self.entries).unwrap_or(usize::MAX);
        if !(done..=done + unknown).contains(&entries) {
            violated(format!("{done} transfers are done, {} are in the history", self.entries));
        }
        violations
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPENING: Opening = Opening { accounts: 2, balance: 100 };

    fn violations(accounts: [(i64, i64); 2], entries: i64) -> String {
        let books = Books { accounts: accounts.into(), entries };
        let violations = books.violations(OPENING, 3, 1);
        violations.iter().map(|violation| format!("{violation}; ")).collect()
    }

    #[test]
    fn true_books_violate_nothing() {
        assert_eq!(violations([(70, -30), (130, 30)], 3), "");
        // One of the transfers that nobody knows of has been committed.
        assert_eq!(violations([(70, -30), (130, 30)], 4), "");
    }

    #[test]
    fn money_that_is_lost_or_made_is_found() {
        let lost = violations([(70, -30), (100, 30)], 3);
        assert!(lost.contains("there was 200, and now there is 170"), "{lost}");
        assert!(lost.contains("account 1 holds 100, its history says 130"), "{lost}");
        let swapped = violations([(130, -30), (70, 30)], 3);
        assert!(swapped.starts_with("the books: account 0 holds 130, its history says 70"));
    }

    #[test]
    fn entries_that_are_missing_or_too_many_are_found() {
        for entries in [2, 5] {
            let text = violations([(70, -30), (130, 30)], entries);
            assert!(text.contains(&format!("3 transfers are done, {entries} are in")), "{text}");
        }
    }
}
