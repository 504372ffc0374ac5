//! One transaction in PostgreSQL, from `BEGIN` to `COMMIT`: the two messages that every cell sends.
//!
//! Each message costs a round trip: a wait for the server. So statements that do not need each
//! other's answers share one, as PostgreSQL's simple protocol allows. The first message begins,
//! locks, and reads. Then the program decides. The second message writes and commits. Sent one by
//! one, they would be six waits.
//!
//! The statements are prepared when a connection is opened, so the server plans them once. Their
//! arguments are only numbers. Never put text from outside into SQL like this.

use std::collections::BTreeMap;

use tokio_postgres::{
    SimpleQueryMessage::{self, Row},
    SimpleQueryRow,
};

use crate::{
    fault::Fault,
    ledger::{self, Batch, Verdict},
    settings::{Isolation, Settings},
};

/// The messages of a connection to the server.
pub(crate) struct Sql {
    /// The first message, which prepares the statements.
    pub(crate) setup: String,
    begin: &'static str,
    money: i64,
}

impl Sql {
    pub(crate) fn new(settings: &Settings) -> Self {
        let (accounts, history) = (settings.table("accounts"), settings.table("history"));
        // A lock_timeout of 0 would mean none at all.
        let timeout = settings.timeout.as_millis().max(1);
        // Each row is locked before it is read, and stays locked until the commit, so a transaction
        // reads the latest committed state. This makes transactions serializable in effect at
        // PostgreSQL's lowest isolation level, `read committed`. All lock in the same order, so
        // none can wait in a circle. At the level `serializable`, the later of two would be told to
        // start over; here it waits.
        let setup = format!(
            "SET lock_timeout = {timeout};
             PREPARE lock (bigint[]) AS
                 SELECT id, balance FROM {accounts} WHERE id = ANY($1) ORDER BY id FOR UPDATE;
             PREPARE look (bigint[]) AS
                 SELECT transfer FROM {history} WHERE transfer = ANY($1);
             PREPARE append (bigint[], bigint[], bigint[], bigint[]) AS
                 INSERT INTO {history} (transfer, debited, credited, amount)
                 SELECT * FROM unnest($1, $2, $3, $4);
             PREPARE change (bigint[], bigint[]) AS
                 UPDATE {accounts} AS account SET balance = new.balance
                 FROM unnest($1, $2) AS new (id, balance) WHERE account.id = new.id;
             PREPARE audit AS SELECT sum(balance)::bigint FROM {accounts}"
        );
        let begin = match settings.isolation {
            Isolation::ReadCommitted => "BEGIN ISOLATION LEVEL READ COMMITTED",
            Isolation::Serializable => "BEGIN ISOLATION LEVEL SERIALIZABLE",
        };
        Self { setup, begin, money: settings.money }
    }

    /// The first message: it locks the accounts, then reads them and the history.
    pub(crate) fn read(&self, batch: &Batch) -> String {
        if batch.is_audit() {
            // One statement sees one state of the whole table, so it needs no transaction.
            return "EXECUTE audit".into();
        }
        let (begin, accounts, numbers) =
            (self.begin, array(&batch.accounts()), array(&batch.numbers()));
        // A separate statement reads the history, after the lock. Each statement sees the commits
        // from before it began. A single one for both would begin before it waits for the lock, and
        // would miss commits during that wait.
        format!("{begin}; EXECUTE lock({accounts}); EXECUTE look({numbers})")
    }

    /// The second message, after this answer to the first, and the outcome of the transfers once
    /// the server has carried it out. There is no second message if nothing is left to end.
    pub(crate) fn write(
        &self,
        batch: &Batch,
        answer: &[SimpleQueryMessage],
    ) -> Result<(Option<String>, Vec<Verdict>), Fault> {
        let (mut balances, mut single) = (BTreeMap::new(), Vec::new());
        for message in answer {
            let Row(row) = message else { continue };
            match row.len() {
                2 => drop(balances.insert(number(row, 0)?, number(row, 1)?)),
                _ => single.push(number(row, 0)?),
            }
        }
        if batch.is_audit() {
            return ledger::audit(single.iter().sum(), self.money).map(|verdicts| (None, verdicts));
        }
        if let Some(verdicts) = batch.replay(&single) {
            return Ok((Some("ROLLBACK".into()), verdicts));
        }
        let decision = batch.decide(&balances)?;
        if decision.done.is_empty() {
            return Ok((Some("ROLLBACK".into()), decision.verdicts));
        }
        let [transfers, debited, credited, amounts] =
            decision.entries().map(|column| array(&column));
        let (accounts, balances) = decision.changes();
        let (accounts, balances) = (array(&accounts), array(&balances));
        // If one statement fails, the server skips the rest, so there is no commit.
        let message = format!(
            "EXECUTE append({transfers}, {debited}, {credited}, {amounts});
             EXECUTE change({accounts}, {balances});
             COMMIT"
        );
        Ok((Some(message), decision.verdicts))
    }
}

/// Numbers as an array for PostgreSQL: `'{1,2,3}'`.
fn array(numbers: &[i64]) -> String {
    let texts: Vec<_> = numbers.iter().map(i64::to_string).collect();
    format!("'{{{}}}'", texts.join(","))
}

/// A number in an answer, where all values are texts.
fn number(row: &SimpleQueryRow, column: usize) -> Result<i64, Fault> {
    let text = row.get(column).unwrap_or_default();
    text.parse().map_err(|_| Fault::Database(format!("{text:?} is no number")))
}
