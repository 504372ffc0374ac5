//! The accounts in SQLite, with [rusqlite](https://docs.rs/rusqlite).
//!
//! The database is a file, and its engine is part of this program: it computes and waits for the
//! disk on the calling thread. Only one connection may write at a time, among all threads and
//! processes.

use std::{
    borrow::Borrow,
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use harness::unit::{self, On};
use rusqlite::{
    Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction, TransactionBehavior,
};

use crate::{
    attempts::Verdicts,
    books::Books,
    fault::Fault,
    ledger::{self, Batch, Opening, Verdict},
    settings::Settings,
};

/// A connection that makes transfers.
pub(crate) struct Session {
    connection: Connection,
    ending: Arc<AtomicBool>,
    sql: Sql,
}

/// The statements of a transaction. SQLite compiles each when it is first used and keeps it.
struct Sql {
    look: String,
    read: String,
    append: String,
    change: String,
    audit: String,
    money: i64,
}

impl Session {
    /// Opens an existing file.
    pub(crate) fn open(file: &Path, settings: &Settings) -> Result<Self, Fault> {
        let (accounts, history) = (settings.table("accounts"), settings.table("history"));
        Ok(Self {
            connection: connect(file, OpenFlags::empty(), settings.timeout)?,
            ending: settings.ending.clone(),
            sql: Sql {
                look: format!("SELECT transfer FROM {history} WHERE transfer BETWEEN ?1 AND ?2"),
                read: format!("SELECT balance FROM {accounts} WHERE id = ?1"),
                append: format!(
                    "INSERT INTO {history} (transfer, debited, credited, amount)
                     VALUES (?1, ?2, ?3, ?4)"
                ),
                change: format!("UPDATE {accounts} SET balance = ?2 WHERE id = ?1"),
                audit: format!("SELECT SUM(balance) FROM {accounts}"),
                money: settings.money,
            },
        })
    }

    /// Tries to do the transaction.
    pub(crate) fn attempt(&mut self, batch: &Batch) -> Verdicts {
        self.park_if_ending();
        if batch.is_audit() {
            return self.sql.audit(&self.connection);
        }
        let transaction = begin(&mut self.connection)?;
        let (verdicts, written) = self.sql.write(&transaction, batch)?;
        if written == Written::Something {
            commit(transaction)?;
        }
        // A transaction that is dropped is rolled back.
        Ok(verdicts)
    }

    /// Tries to do several transactions inside one SQLite transaction, so that they share its
    /// commit. A failure in one changes nothing in the others.
    pub(crate) fn attempt_group(&mut self, batches: &[impl Borrow<Batch>]) -> Vec<Verdicts> {
        self.park_if_ending();
        self.group(batches)
            // Without the commit, none of the group is done.
            .unwrap_or_else(|fault| batches.iter().map(|_| Err(fault.clone())).collect())
    }

    fn group(&mut self, batches: &[impl Borrow<Batch>]) -> Result<Vec<Verdicts>, Fault> {
        let mut transaction = begin(&mut self.connection)?;
        let mut results = Vec::with_capacity(batches.len());
        for batch in batches {
            let savepoint = transaction.savepoint()?;
            let result = self.sql.write(&savepoint, batch.borrow());
            if result.is_ok() {
                savepoint.commit()?;
            } else {
                // Undo the changes of this one, and no others.
                drop(savepoint);
                if transaction.is_autocommit() {
                    // For example, the disk is full. Then SQLite itself undoes all of the group.
                    return Err(result.map(|_| ()).expect_err("it is an error"));
                }
            }
            results.push(result.map(|(verdicts, _)| verdicts));
        }
        commit(transaction)?;
        Ok(results)
    }

    fn park_if_ending(&self) {
        while self.ending.load(Ordering::Relaxed) {
            // Ctrl-C was pressed, and the process is about to end.
            thread::park();
        }
    }
}

/// Begins a transaction. `BEGIN IMMEDIATE` takes the one writer's lock before anything is read. A
/// transaction that read first and asked for the lock later would be refused if another had written
/// in between, and waiting would not help.
fn begin(connection: &mut Connection) -> Result<Transaction<'_>, Fault> {
    Ok(unit::waiting_for(On::Lock, || {
        Transaction::new(connection, TransactionBehavior::Immediate)
    })?)
}

/// Ends a transaction. `COMMIT` waits for the disk, as `synchronous = FULL` asks.
fn commit(transaction: Transaction<'_>) -> Result<(), Fault> {
    Ok(unit::waiting_for(On::Commit, || transaction.commit())?)
}

/// Whether there is something to commit.
#[derive(PartialEq, Eq)]
enum Written {
    Something,
    Nothing,
}

impl Sql {
    /// Does the work between the beginning of a transaction and its end.
    fn write(
        &self,
        connection: &Connection,
        batch: &Batch,
    ) -> Result<(Vec<Verdict>, Written), Fault> {
        if batch.is_audit() {
            return Ok((self.audit(connection)?, Written::Nothing));
        }
        let numbers = batch.numbers();
        let mut look = connection.prepare_cached(&self.look)?;
        let history =
            look.query_map([numbers.iter().min(), numbers.iter().max()], |row| row.get(0))?;
        if let Some(verdicts) = batch.replay(&history.collect::<Result<Vec<_>, _>>()?) {
            return Ok((verdicts, Written::Nothing));
        }

        let mut balances = BTreeMap::new();
        let mut read = connection.prepare_cached(&self.read)?;
        for account in batch.accounts() {
            let balance = read.query_row([account], |row| row.get(0)).optional()?;
            balances.insert(account, balance.ok_or(Fault::Missing(account))?);
        }
        let decision = batch.decide(&balances)?;
        if decision.done.is_empty() {
            return Ok((decision.verdicts, Written::Nothing));
        }

        let mut append = connection.prepare_cached(&self.append)?;
        for transfer in &decision.done {
            append.execute([transfer.number, transfer.from, transfer.to, transfer.amount])?;
        }
        let mut change = connection.prepare_cached(&self.change)?;
        for (account, balance) in &decision.balances {
            change.execute([account, balance])?;
        }
        Ok((decision.verdicts, Written::Something))
    }

    /// Adds up all balances. One statement sees one state of the whole table, even if others write
    /// meanwhile.
    fn audit(&self, connection: &Connection) -> Verdicts {
        let mut audit = connection.prepare_cached(&self.audit)?;
        ledger::audit(audit.query_row([], |row| row.get(0))?, self.money)
    }
}

fn connect(file: &Path, also: OpenFlags, timeout: Duration) -> Result<Connection, Fault> {
    // No two threads use one connection at the same time, so it needs no lock of its own.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | also;
    let connect = || {
        let connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(timeout)?;
        // A commit ends only when its data is on the disk.
        connection.pragma_update(None, "synchronous", "FULL")?;
        Ok(connection)
    };
    connect().map_err(|error: rusqlite::Error| match Fault::from(error) {
        Fault::Database(reason) => Fault::Connect(reason),
        other => other,
    })
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Conflict(error.to_string())
            }
            _ => Self::Database(error.to_string()),
        }
    }
}

/// The tables of one run.
pub(crate) struct Bank {
    /// It stays open: when the last connection to a file is closed, SQLite cleans up, which should
    /// not be measured. The mutex lets cells share the input that it is part of.
    connection: Mutex<Connection>,
    settings: Settings,
}

impl Bank {
    /// Makes the tables, in our own file or in the user's.
    pub(crate) fn open(
        file: &Path,
        ours: bool,
        settings: &Settings,
        opening: Opening,
    ) -> Result<Self, Fault> {
        let also = if ours { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
        let mut connection = connect(file, also, settings.timeout)?;
        if ours {
            // A write-ahead log: a commit has one place to write to, and readers do not wait. A
            // file remembers its mode, so the mode of the user's file is left alone.
            connection.pragma_update(None, "journal_mode", "WAL")?;
        }
        let (accounts, history) = (settings.table("accounts"), settings.table("history"));
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(&format!(
            "CREATE TABLE {accounts} (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL);
             CREATE TABLE {history} (transfer INTEGER PRIMARY KEY, debited INTEGER NOT NULL,
                                     credited INTEGER NOT NULL, amount INTEGER NOT NULL)"
        ))?;
        let mut open = transaction.prepare(&format!("INSERT INTO {accounts} VALUES (?1, ?2)"))?;
        for account in 0..opening.accounts {
            open.execute([account, opening.balance])?;
        }
        drop(open);
        transaction.commit()?;
        Ok(Self { connection: connection.into(), settings: settings.clone() })
    }

    /// The contents of the tables.
    pub(crate) fn books(&self) -> Result<Books, Fault> {
        let connection = self.connection.lock().expect("nobody panics while holding it");
        let mut accounts = connection.prepare(&self.settings.sql_of_accounts())?;
        let accounts = accounts.query_map([], |row| Ok((row.get(1)?, row.get(2)?)))?;
        let accounts = accounts.collect::<Result<_, _>>()?;
        let entries =
            connection.query_row(&self.settings.sql_of_entries(), [], |row| row.get(0))?;
        Ok(Books { accounts, entries })
    }
}

/// Removes the tables, if they are there, within about this time.
pub(crate) fn remove(file: &Path, settings: &Settings, patience: Duration) -> Result<(), Fault> {
    let (accounts, history) = (settings.table("accounts"), settings.table("history"));
    let mut connection = connect(file, OpenFlags::empty(), patience)?;
    connection.busy_handler(Some(insist))?;
    let start = Instant::now();
    let mut remove = || {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(&format!(
            "DROP TABLE IF EXISTS {accounts}; DROP TABLE IF EXISTS {history}"
        ))?;
        transaction.commit()
    };
    loop {
        match remove().map_err(Fault::from) {
            Err(Fault::Conflict(_)) if start.elapsed() < patience => {}
            removed => return removed,
        }
    }
}

/// Makes SQLite ask for a lock again immediately, some thousand times. By default it waits longer
/// each time, and may miss every moment at which busy writers leave the lock free.
fn insist(times: i32) -> bool {
    thread::yield_now();
    times < 5_000
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use harness::job::Job;

    use super::*;
    use crate::{Database, Input, blocking::Connection, ledger::Transfer, place::Place};

    fn prepare(arguments: &[&str]) -> Input {
        let job = Job::<Database>::new(arguments.iter().copied()).expect("they are arguments");
        job.prepare().expect("the tables can be made")
    }

    /// The file, opened by somebody else.
    fn open(input: &Input) -> rusqlite::Connection {
        let Place::Sqlite(file) = &input.settings.place else { panic!("it is the default") };
        rusqlite::Connection::open(file).expect("the file is there")
    }

    fn transfer(number: i64, amount: i64) -> Batch {
        let transfer = Transfer { number, from: 0, to: 1, amount };
        Batch { index: 0, transfers: vec![transfer] }
    }

    #[test]
    fn an_attempt_after_a_commit_that_nobody_heard_of_says_what_was_committed() {
        let input = prepare(&["--transfers", "1", "--accounts", "2"]);
        let mut connection = Connection::new(&input.settings);
        // More than half of the money, so it could not be done twice.
        let batch = transfer(0, 60);
        for _ in 0..3 {
            assert_eq!(connection.attempt(&batch), Ok(vec![Verdict::Done]));
        }
        assert_eq!(connection.attempt(&transfer(1, 60)), Ok(vec![Verdict::Refused]));
        assert_eq!(connection.attempt_group(&[batch]), [Ok(vec![Verdict::Done])]);
    }

    #[test]
    fn what_fails_in_a_group_leaves_the_others_alone() {
        let input = prepare(&["--transfers", "1", "--accounts", "3"]);
        let mut connection = Connection::new(&input.settings);
        // It fails when the money has left account 0 and is in the history.
        let accounts = input.settings.table("accounts");
        let shut = format!(
            "CREATE TRIGGER shut BEFORE UPDATE ON {accounts} WHEN NEW.id = 2
             BEGIN SELECT RAISE(FAIL, 'account 2 is shut'); END"
        );
        open(&input).execute_batch(&shut).expect("a trigger can be made");
        let mut fails = transfer(1, 5);
        fails.transfers[0].to = 2;
        let audit = Batch { index: 0, transfers: Vec::new() };
        let group = [transfer(0, 60), fails, transfer(2, 30), transfer(3, 20), audit];
        let expected = [
            Ok(vec![Verdict::Done]),
            Err(Fault::Database("account 2 is shut".into())),
            Ok(vec![Verdict::Done]),
            Ok(vec![Verdict::Refused]),
            Ok(Vec::new()),
        ];
        assert_eq!(connection.attempt_group(&group), expected);
        // Retried as a whole, it changes nothing more.
        assert_eq!(connection.attempt_group(&group), expected);
    }

    #[test]
    fn an_audit_finds_money_that_is_missing() {
        let input = prepare(&["--transfers", "0", "--reads", "1", "--accounts", "3"]);
        let mut connection = Connection::new(&input.settings);
        assert_eq!(connection.attempt(&input.batches[0]), Ok(Vec::new()));
        let sql =
            format!("UPDATE {} SET balance = 99 WHERE id = 1", input.settings.table("accounts"));
        open(&input).execute(&sql, []).expect("the account is there");
        let found = connection.attempt(&input.batches[0]);
        assert_eq!(found, Err(Fault::Audit { expected: 300, found: 299 }));
    }

    /// The first job is over, so it must not keep the second from anything.
    #[test]
    fn two_jobs_in_one_process_use_a_file_of_the_users() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
        let url = format!("sqlite:{}", file.path().display());
        for _ in 0..2 {
            let (say, said) = mpsc::channel();
            let url = url.clone();
            // A separate thread: one that hangs for ever would keep this test from failing.
            thread::spawn(move || {
                let input = prepare(&["--transfers", "1", "--accounts", "2", "--url", &url]);
                say.send(Connection::new(&input.settings).attempt(&transfer(0, 60)))
            });
            let verdicts = said.recv_timeout(Duration::from_mins(1)).expect("it ends");
            assert_eq!(verdicts, Ok(vec![Verdict::Done]));
        }
    }
}
