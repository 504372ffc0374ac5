//! What a transfer is, when it is refused, and what a transaction makes of the balances that it
//! has read. No database is needed for any of it.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// The most that a transfer which is to be accepted moves.
const MOST_AMOUNT: i64 = 100;
/// One transfer in so many is refused, on the average.
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
    /// How much it is.
    pub amount: i64,
}

/// The transfers of one transaction: the unit of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Its place in the input, from 0.
    pub index: usize,
    /// Its transfers, of which there is at least one.
    pub transfers: Vec<Transfer>,
}

/// What became of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// It is done.
    Done,
    /// It would have overdrawn the account.
    Refused,
}

/// The accounts as they are at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    /// How many accounts there are; they are numbered from 0.
    pub(crate) accounts: i64,
    /// What each of them holds.
    pub(crate) balance: i64,
}

impl Opening {
    /// Accounts that hold enough for every order of the transfers: even if one account had to pay
    /// for all of them before anything came in, it could.
    pub(crate) fn new(accounts: u32, transfers: u32) -> Self {
        Self { accounts: accounts.into(), balance: i64::from(transfers.max(1)) * MOST_AMOUNT }
    }

    /// All money that there is.
    pub(crate) fn money(self) -> i64 {
        self.accounts * self.balance
    }

    /// Draws the transfers.
    ///
    /// Concurrent transactions commit in an order that differs from run to run, and whether an
    /// account can pay may depend on what came in before. The answer must not. So an amount is
    /// either so small that the account can pay it whatever happened before, or larger than all
    /// money that there is, so that it is refused whatever happened before. The checks, the locks
    /// and the conflicts are those of any bank; only their result is known beforehand.
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

/// Puts the transfers into transactions of `size` each, in order.
pub(crate) fn batches(transfers: &[Transfer], size: usize) -> Vec<Batch> {
    let batch =
        |(index, transfers): (usize, &[Transfer])| Batch { index, transfers: transfers.into() };
    transfers.chunks(size).enumerate().map(batch).collect()
}

/// What a transaction is to write, and to say.
#[derive(Debug)]
pub(crate) struct Decision {
    /// What becomes of each transfer.
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
    /// The accounts that the transfers touch, in ascending order. Whoever locks accounts in this
    /// order waits for others only as others wait for him: never in a circle.
    pub(crate) fn accounts(&self) -> Vec<i64> {
        let mut accounts: Vec<i64> =
            self.transfers.iter().flat_map(|transfer| [transfer.from, transfer.to]).collect();
        accounts.sort_unstable();
        accounts.dedup();
        accounts
    }

    /// Decides which transfers are done, where the accounts hold these balances.
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
            for batch in batches(transfers, 1) {
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
        // First all that empties account 0, then all that fills it.
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
            for batch in batches(&transfers, size) {
                balances.extend(batch.decide(&balances).expect("all are there").balances);
            }
            balances
        };
        assert_eq!(balances(1), balances(7));
        assert_eq!(balances(1), balances(1_000));
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
