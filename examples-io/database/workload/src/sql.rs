//! One transaction in PostgreSQL, from `BEGIN` to `COMMIT`: the two messages that every cell sends.
//!
//! Each message costs a round trip: a wait for the server. So statements that do not depend on the
//! answer to each other share one, as they can in PostgreSQL's simple protocol. The first message
//! begins, locks, and reads; then the program decides; the second message writes and commits. Sent
//! one by one they would be six waits.
//!
//! The statements are prepared when a connection is opened, so the server plans them once. Their
//! arguments are numbers and nothing else; text from outside would not be put into SQL like this.

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

/// What a connection says to the server.
pub(crate) struct Sql {
    /// What it says first: it prepares the statements.
    pub(crate) setup: String,
    begin: &'static str,
    money: i64,
}

impl Sql {
    pub(crate) fn new(settings: &Settings) -> Self {
        let (accounts, history) = (settings.table("accounts"), settings.table("history"));
        // A lock_timeout of 0 would mean none at all.
        let timeout = settings.timeout.as_millis().max(1);
        // Every row is locked before it is read, and stays locked until the commit; what is read is
        // the latest that was committed. This makes transactions serializable in effect at
        // PostgreSQL's lowest isolation level, `read committed`. All of them lock in the same order,
        // so none can wait in a circle. At the level `serializable` the later of two would be told
        // to start over, where here it waits.
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
            // A statement sees one state of the whole table, so it needs no transaction around it.
            return "EXECUTE audit".into();
        }
        let (begin, accounts, numbers) =
            (self.begin, array(&batch.accounts()), array(&batch.numbers()));
        // The history is looked into by a statement of its own, after the lock. Each statement sees
        // what was committed before it began; a single one for both would begin before it waits for
        // the lock, and miss what is committed meanwhile.
        format!("{begin}; EXECUTE lock({accounts}); EXECUTE look({numbers})")
    }

    /// The second message, after this answer to the first, and what became of the transfers once
    /// the server has done what it says. There is no second message where nothing is left to end.
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
        // If one of them fails, the server does nothing of what follows, and there is no commit.
        let message = format!(
            "EXECUTE append({transfers}, {debited}, {credited}, {amounts});
             EXECUTE change({accounts}, {balances});
             COMMIT"
        );
        Ok((Some(message), decision.verdicts))
    }
}

/// Numbers as PostgreSQL reads an array of them: `'{1,2,3}'`.
fn array(numbers: &[i64]) -> String {
    let texts: Vec<_> = numbers.iter().map(i64::to_string).collect();
    format!("'{{{}}}'", texts.join(","))
}

/// A number in an answer, where all values are texts.
fn number(row: &SimpleQueryRow, column: usize) -> Result<i64, Fault> {
    let text = row.get(column).unwrap_or_default();
    text.parse().map_err(|_| Fault::Database(format!("{text:?} is no number")))
}
