//! Transfers, the rule that refuses them, and how a transaction changes the balances that it has
//! read. None of this needs a database.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// The largest amount of a transfer that will be accepted.
const MOST_AMOUNT: i64 = 100;
/// One transfer in this many is refused, on average.
const ONE_REFUSED_IN: u8 = 10;

/// One transfer from an account to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Its place in the input, from 0.
    pub number: i64,
    /// The account that the money is taken from.
    pub from: i64,
    /// The account that it goes to.
    pub to: i64,
    /// The amount.
    pub amount: i64,
}

/// One transaction: the unit of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Its place in the input, from 0.
    pub index: usize,
    /// Its transfers. If there are none, it is an audit: it adds up all balances.
    pub transfers: Vec<Transfer>,
}

/// The outcome of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// It is done.
    Done,
    /// It would have overdrawn the account.
    Refused,
}

/// The accounts at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    /// How many accounts there are; they are numbered from 0.
    pub(crate) accounts: i64,
    /// The balance of each account.
    pub(crate) balance: i64,
}

impl Opening {
    /// Accounts that hold enough for every order of the transfers: even an account that had to pay
    /// for all of them before anything came in could do so.
    pub(crate) fn new(accounts: u32, transfers: u32) -> Self {
        Self { accounts: accounts.into(), balance: i64::from(transfers.max(1)) * MOST_AMOUNT }
    }

    /// All the money.
    pub(crate) fn money(self) -> i64 {
        self.accounts * self.balance
    }

    /// Draws the transfers.
    ///
    /// Concurrent transactions commit in a different order in each run, and whether an account can
    /// pay may depend on that order. The answer must not. So an amount is either so small that the
    /// account can pay it in any order, or larger than all the money, so that it is refused in any
    /// order. The checks, locks and conflicts are those of any bank; only their result is known
    /// beforehand.
    pub(crate) fn draw(self, transfers: u32, seed: u64) -> Vec<Transfer> {
        let mut random = Rng::with_seed(seed);
        let draw = |number| {
            let from = random.i64(0..self.accounts);
            let to = (from + random.i64(1..self.accounts)) % self.accounts;
            let refused = random.u8(..ONE_REFUSED_IN) == 0;
            let least = if refused { self.money() } else { 0 };
            Transfer { number, from, to, amount: least + random.i64(1..=MOST_AMOUNT) }
        };
        (0..transfers.into()).map(draw).collect()
    }
}

/// Puts the transfers into transactions of `size` each, in order, with the audits evenly between
/// them.
pub(crate) fn batches(transfers: &[Transfer], size: usize, audits: usize) -> Vec<Batch> {
    let mut transfers = transfers.chunks(size);
    let all = transfers.len() + audits;
    let batch = |index| {
        let is_audit = index * audits / all < (index + 1) * audits / all;
        let transfers = if is_audit { None } else { transfers.next() };
        Batch { index, transfers: transfers.unwrap_or_default().into() }
    };
    (0..all).map(batch).collect()
}

/// The outcome of an audit that found this much money where that much is expected.
pub(crate) fn audit(found: i64, expected: i64) -> Result<Vec<Verdict>, Fault> {
    if found == expected { Ok(Vec::new()) } else { Err(Fault::Audit { expected, found }) }
}

/// What a transaction will write and report.
#[derive(Debug)]
pub(crate) struct Decision {
    /// The outcome of each transfer.
    pub(crate) verdicts: Vec<Verdict>,
    /// The new balances of the accounts that change.
    pub(crate) balances: BTreeMap<i64, i64>,
    /// The transfers that are done, for the history.
    pub(crate) done: Vec<Transfer>,
}

impl Decision {
    /// The transfers that are done, column by column: number, from, to, amount.
    pub(crate) fn entries(&self) -> [Vec<i64>; 4] {
        let column = |of: fn(&Transfer) -> i64| self.done.iter().map(of).collect();
        [column(|t| t.number), column(|t| t.from), column(|t| t.to), column(|t| t.amount)]
    }

    /// The accounts that change, and their new balances.
    pub(crate) fn changes(&self) -> (Vec<i64>, Vec<i64>) {
        self.balances.iter().map(|(&account, &balance)| (account, balance)).unzip()
    }
}

impl Batch {
    /// The accounts that the transfers touch, in ascending order. Transactions that lock accounts
    /// in this order never wait for each other in a circle.
    pub(crate) fn accounts(&self) -> Vec<i64> {
        let mut accounts: Vec<i64> =
            self.transfers.iter().flat_map(|transfer| [transfer.from, transfer.to]).collect();
        accounts.sort_unstable();
        accounts.dedup();
        accounts
    }

    /// Whether it is an audit.
    pub(crate) fn is_audit(&self) -> bool {
        self.transfers.is_empty()
    }

    /// The numbers of the transfers.
    pub(crate) fn numbers(&self) -> Vec<i64> {
        self.transfers.iter().map(|transfer| transfer.number).collect()
    }

    /// The outcome of the transfers in an earlier attempt that was committed, if the history has
    /// these numbers. A transaction is in the history as a whole or not at all, so if the history
    /// has one of its transfers, the others were refused. `None` if it has none of them: then this
    /// transaction has changed nothing yet.
    ///
    /// Without this, an attempt after an unreported commit would decide again, on balances that the
    /// transfer itself has changed, and might refuse a transfer that is done.
    pub(crate) fn replay(&self, history: &[i64]) -> Option<Vec<Verdict>> {
        let verdict = |transfer: &Transfer| {
            if history.contains(&transfer.number) { Verdict::Done } else { Verdict::Refused }
        };
        let verdicts: Vec<_> = self.transfers.iter().map(verdict).collect();
        verdicts.contains(&Verdict::Done).then_some(verdicts)
    }

    /// Decides which transfers are done, given these balances.
    pub(crate) fn decide(&self, balances: &BTreeMap<i64, i64>) -> Result<Decision, Fault> {
        let mut decision =
            Decision { verdicts: Vec::new(), balances: BTreeMap::new(), done: Vec::new() };
        for transfer in &self.transfers {
            let balance = |account| {
                let changed = decision.balances.get(&account);
                changed.or_else(|| balances.get(&account)).copied().ok_or(Fault::Missing(account))
            };
            let (from, to) = (balance(transfer.from)?, balance(transfer.to)?);
            if from < transfer.amount {
                decision.verdicts.push(Verdict::Refused);
                continue;
            }
            decision.balances.insert(transfer.from, from - transfer.amount);
            decision.balances.insert(transfer.to, to + transfer.amount);
            decision.done.push(*transfer);
            decision.verdicts.push(Verdict::Done);
        }
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_order_of_the_transfers_has_the_same_result() {
        let opening = Opening::new(3, 500);
        let transfers = opening.draw(500, 7);
        let all: BTreeMap<i64, i64> = (0..3).map(|account| (account, opening.balance)).collect();
        let outcome = |transfers: &[Transfer]| {
            let mut balances = all.clone();
            let mut done = Vec::new();
            for batch in batches(transfers, 1, 0) {
                let decision = batch.decide(&balances).expect("all accounts are there");
                balances.extend(decision.balances);
                done.extend(decision.done.iter().map(|transfer| transfer.number));
            }
            done.sort_unstable();
            (balances, done)
        };
        let expected = outcome(&transfers);
        assert!((400..490).contains(&expected.1.len()), "{} are done", expected.1.len());
        assert_eq!(expected.0.values().sum::<i64>(), opening.money());

        let mut reversed = transfers.clone();
        reversed.reverse();
        assert_eq!(outcome(&reversed), expected);
        // First all transfers that empty account 0, then all that fill it.
        reversed.sort_by_key(|transfer| (transfer.from != 0, transfer.to == 0));
        assert_eq!(outcome(&reversed), expected);
    }

    #[test]
    fn the_size_of_a_batch_changes_nothing() {
        let opening = Opening::new(5, 100);
        let transfers = opening.draw(100, 0);
        let all: BTreeMap<i64, i64> = (0..5).map(|account| (account, opening.balance)).collect();
        let balances = |size| {
            let mut balances = all.clone();
            for batch in batches(&transfers, size, 0) {
                balances.extend(batch.decide(&balances).expect("all are there").balances);
            }
            balances
        };
        assert_eq!(balances(1), balances(7));
        assert_eq!(balances(1), balances(1_000));
    }

    #[test]
    fn audits_are_spread_among_the_transfers() {
        let opening = Opening::new(5, 6);
        let transfers = opening.draw(6, 0);
        let sizes = |audits| {
            let batches = batches(&transfers, 2, audits);
            assert!(batches.iter().map(|batch| batch.index).eq(0..batches.len()));
            batches.iter().map(|batch| batch.transfers.len()).collect::<Vec<_>>()
        };
        assert_eq!(sizes(0), [2, 2, 2]);
        assert_eq!(sizes(1), [2, 2, 2, 0]);
        assert_eq!(sizes(3), [2, 0, 2, 0, 2, 0]);
        assert!(batches(&[], 2, 0).is_empty());
        assert_eq!(batches(&[], 2, 3).len(), 3);
    }

    #[test]
    fn the_history_is_replayed_if_it_has_one_of_the_transfers() {
        let transfer = |number| Transfer { number, from: 0, to: 1, amount: 1 };
        let batch = Batch { index: 0, transfers: vec![transfer(3), transfer(4)] };
        assert_eq!(batch.replay(&[]), None);
        assert_eq!(batch.replay(&[4]), Some(vec![Verdict::Refused, Verdict::Done]));
        assert_eq!(batch.replay(&[3, 4]), Some(vec![Verdict::Done; 2]));
    }

    #[test]
    fn a_transfer_has_two_accounts() {
        for accounts in [2, 3, 100] {
            for transfer in Opening::new(accounts, 200).draw(200, 3) {
                assert!(transfer.from != transfer.to && transfer.amount > 0, "{transfer:?}");
                assert!(transfer.from.max(transfer.to) < accounts.into(), "{transfer:?}");
            }
        }
    }

    #[test]
    fn an_account_that_is_missing_is_named() {
        let transfer = Transfer { number: 0, from: 1, to: 2, amount: 3 };
        let batch = Batch { index: 0, transfers: vec![transfer] };
        let fault = batch.decide(&BTreeMap::from([(1, 10)])).expect_err("2 is not there");
        assert_eq!(fault, Fault::Missing(2));
    }
}
