//! The accounts in SQLite, by [rusqlite](https://docs.rs/rusqlite).
//!
//! The database is a file, and its engine a part of this program: whoever calls it does the
//! computing, and waits for the disk, on the calling thread. Of all connections, in whatever
//! thread or process, one may write at a time.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use harness::unit;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::{
    books::Books,
    fault::Fault,
    ledger::{Batch, Opening, Verdict},
    settings::Settings,
};

/// Whether the tables are being removed, so that no further transaction begins in this process.
static ENDING: AtomicBool = AtomicBool::new(false);

/// A connection that makes transfers.
pub(crate) struct Session {
    connection: Connection,
    read: String,
    change: String,
    append: String,
}

impl Session {
    /// Opens a file that is there.
    pub(crate) fn open(file: &Path, settings: &Settings) -> Result<Self, Fault> {
        let (accounts, history) = (settings.table("accounts"), settings.table("history"));
        Ok(Self {
            connection: connect(file, OpenFlags::empty(), settings.timeout)?,
            read: format!("SELECT balance FROM {accounts} WHERE id = ?1"),
            change: format!("UPDATE {accounts} SET balance = ?2 WHERE id = ?1"),
            append: format!(
                "INSERT INTO {history} (transfer, debited, credited, amount)
                 VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING"
            ),
        })
    }

    /// Tries to do the transaction.
    pub(crate) fn attempt(&mut self, batch: &Batch) -> Result<Vec<Verdict>, Fault> {
        while ENDING.load(Ordering::Relaxed) {
            // Ctrl-C was pressed, and the process is about to end.
            thread::park();
        }
        // `BEGIN IMMEDIATE` takes the one writer's lock before anything is read. A transaction
        // that read first and asked for the lock later would be refused if somebody else had
        // written in between, and no waiting would help it.
        let transaction = unit::waiting(|| {
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)
        })?;
        let mut balances = BTreeMap::new();
        let mut read = transaction.prepare_cached(&self.read)?;
        for account in batch.accounts() {
            let balance =
                read.query_row([account], |row| row.get(0)).map_err(|error| match error {
                    rusqlite::Error::QueryReturnedNoRows => Fault::Missing(account),
                    other => other.into(),
                })?;
            balances.insert(account, balance);
        }
        drop(read);
        let decision = batch.decide(&balances)?;

        let mut append = transaction.prepare_cached(&self.append)?;
        let mut appended = 0;
        for transfer in &decision.done {
            appended +=
                append.execute([transfer.number, transfer.from, transfer.to, transfer.amount])?;
        }
        drop(append);
        if appended < decision.done.len() {
            // The history has them already: a worker process was killed after it had committed
            // them, and before it could say so. Dropped, this transaction is rolled back.
            return Ok(decision.verdicts);
        }
        let mut change = transaction.prepare_cached(&self.change)?;
        for (account, balance) in &decision.balances {
            change.execute([account, balance])?;
        }
        drop(change);
        // The commit waits for the disk: that is what `synchronous = FULL` asks for.
        unit::waiting(|| transaction.commit())?;
        Ok(decision.verdicts)
    }
}

fn connect(file: &Path, also: OpenFlags, timeout: Duration) -> Result<Connection, Fault> {
    // No two threads use one connection at a time, so it needs no lock of its own.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | also;
    let connect = || {
        let connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(timeout)?;
        // A commit is on the disk when it is done, and not only on its way there.
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
    /// It stays open: when the last connection to a file is closed, SQLite clears up, and that
    /// should not be in what is measured. The mutex lets cells share the input that it is part of.
    connection: Mutex<Connection>,
    settings: Settings,
}

impl Bank {
    /// Makes the tables, in a file of our own or in one of the user's.
    pub(crate) fn open(
        file: &Path,
        ours: bool,
        settings: &Settings,
        opening: Opening,
    ) -> Result<Self, Fault> {
        let also = if ours { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
        let mut connection = connect(file, also, settings.timeout)?;
        if ours {
            // A log ahead of the file: a commit then has one place to write to, and readers do not
            // wait. A file remembers its mode, so that of the user's is left as it is.
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

    /// What stands in the tables.
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
    // A thread that has just written would take the lock again before anybody else could.
    ENDING.store(true, Ordering::Relaxed);
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

/// Has SQLite ask for a lock again at once, some thousand times. Left to itself it waits longer from
/// time to time, and may miss each of the moments in which writers that are at work leave it free.
fn insist(times: i32) -> bool {
    thread::yield_now();
    times < 5_000
}
