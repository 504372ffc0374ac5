//! The contents of the tables at the end, and whether they are consistent.

use harness::Failure;

use crate::{
    attempts::Outcome,
    ledger::{Opening, Verdict},
};

/// The contents of the tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Books {
    /// The balance of each account, in order, and the sum of its entries in the history.
    pub(crate) accounts: Vec<(i64, i64)>,
    /// How many entries the history has.
    pub(crate) entries: i64,
}

/// Counts of the transfers' outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) done: usize,
    pub(crate) refused: usize,
    /// How many audits found all the money.
    pub(crate) audits: usize,
    /// How often the database asked for a retry.
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
    /// All the money.
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

    /// The inconsistencies, if the accounts were opened like this, `done` transfers are known to be
    /// done, and the outcome of `unknown` transfers is unknown.
    pub(crate) fn violations(&self, opening: Opening, done: usize, unknown: usize) -> Vec<Failure> {
        let mut violations = Vec::new();
        let mut violated = |reason| {
            violations.push(Failure { unit: "the books".into(), reason });
        };
        if self.money() != opening.money() {
            violated(format!(
                "there was {} at the start, and now there is {}",
                opening.money(),
                self.money()
            ));
        }
        let accounts = self.accounts.len();
        if i64::try_from(accounts) != Ok(opening.accounts) {
            violated(format!("{accounts} of {} accounts are left", opening.accounts));
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
        // One of the transfers with unknown outcome was committed.
        assert_eq!(violations([(70, -30), (130, 30)], 4), "");
    }

    #[test]
    fn money_that_is_lost_or_made_is_found() {
        let lost = violations([(70, -30), (100, 30)], 3);
        assert!(lost.contains("there was 200 at the start, and now there is 170"), "{lost}");
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
