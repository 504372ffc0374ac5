//! The accounts in PostgreSQL: the statements, which are the same for blocking and async cells,
//! what its errors mean, and a connection by the crate [postgres](https://docs.rs/postgres).
//!
//! The database is a server. Whoever calls it sends a message and waits for the answer, five times
//! for a transaction, and before the last of them the server waits for its disk.

use std::{
    error::Error as StdError,
    io, thread,
    time::{Duration, Instant},
};

use postgres::{Client, NoTls, Statement};
use tokio_postgres::{Config, Error, IsolationLevel};

use crate::{
    attempts,
    books::Books,
    fault::{Fault, chain},
    ledger::{Batch, Opening, Verdict},
    place::Server,
    settings::{Isolation, Settings},
};

/// How long a connection may take, unless the URL says it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The statements of a session.
pub(crate) struct Sql {
    /// Sets up a new connection.
    pub(crate) setup: String,
    /// Locks and reads the accounts `$1`.
    pub(crate) lock: String,
    /// Appends to the history.
    pub(crate) append: String,
    /// Gives the accounts `$1` the balances `$2`.
    pub(crate) change: String,
}

impl Sql {
    pub(crate) fn new(settings: &Settings) -> Self {
        let (accounts, history) = (settings.table("accounts"), settings.table("history"));
        // A lock_timeout of 0 would mean none at all.
        let timeout = settings.timeout.as_millis().max(1);
        Self {
            setup: format!("SET lock_timeout = {timeout}"),
            // Every row is locked before it is read, and stays locked until the commit; what is
            // read is the latest that was committed. This makes transactions serializable in
            // effect at PostgreSQL's lowest isolation level, `read committed`. All of them lock in
            // the same order, so none can wait in a circle. At the level `serializable` the
            // later of two would be told to start over, where here it waits.
            lock: format!(
                "SELECT id, balance FROM {accounts} WHERE id = ANY($1) ORDER BY id FOR UPDATE"
            ),
            append: format!(
                "INSERT INTO {history} (transfer, debited, credited, amount)
                 SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
                 ON CONFLICT DO NOTHING"
            ),
            change: format!(
                "UPDATE {accounts} AS account SET balance = new.balance
                 FROM unnest($1::bigint[], $2::bigint[]) AS new (id, balance)
                 WHERE account.id = new.id"
            ),
        }
    }
}

impl From<Isolation> for IsolationLevel {
    fn from(isolation: Isolation) -> Self {
        match isolation {
            Isolation::ReadCommitted => Self::ReadCommitted,
            Isolation::Serializable => Self::Serializable,
        }
    }
}

/// How to connect.
pub(crate) fn config(server: &Server) -> Config {
    let mut config: Config = server.url.parse().expect("URLs are checked before a run begins");
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_application_name().is_none() {
        config.application_name("meanwhile");
    }
    config
}

/// Connects, and blocks the calling thread until that is done.
fn connect(config: Config) -> Result<Client, Fault> {
    postgres::Config::from(config).connect(NoTls).map_err(|error| unconnected(&error))
}

/// Connects for what comes before the job or after it. Where the server takes no more connections
/// for now, it waits until there is one, up to that time: the server needs a moment to close those
/// that were just given up.
fn connect_within(config: &Config, patience: Duration) -> Result<Client, Fault> {
    let start = Instant::now();
    let mut retries = 0;
    loop {
        match connect(config.clone()) {
            Err(Fault::Full(_)) if start.elapsed() < patience => {
                thread::sleep(attempts::longest_pause(retries));
                retries += 1;
            }
            connected => return connected,
        }
    }
}

/// A connection that makes transfers, and blocks the calling thread meanwhile.
pub(crate) struct Session {
    client: Client,
    isolation: Isolation,
    lock: Statement,
    append: Statement,
    change: Statement,
}

impl Session {
    pub(crate) fn open(server: &Server, settings: &Settings) -> Result<Self, Fault> {
        let sql = Sql::new(settings);
        let mut client = connect(config(server))?;
        client.batch_execute(&sql.setup)?;
        Ok(Self {
            lock: client.prepare(&sql.lock)?,
            append: client.prepare(&sql.append)?,
            change: client.prepare(&sql.change)?,
            isolation: settings.isolation,
            client,
        })
    }

    /// Whether the server has kept its end open.
    pub(crate) fn is_open(&self) -> bool {
        !self.client.is_closed()
    }

    /// Tries to do the transaction.
    pub(crate) fn attempt(&mut self, batch: &Batch) -> Result<Vec<Verdict>, Fault> {
        let level = self.isolation.into();
        let mut transaction = self.client.build_transaction().isolation_level(level).start()?;
        let rows = transaction.query(&self.lock, &[&batch.accounts()])?;
        let balances = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        let decision = batch.decide(&balances)?;
        if decision.done.is_empty() {
            transaction.rollback()?;
            return Ok(decision.verdicts);
        }
        let [number, from, to, amount] = decision.entries();
        let appended = transaction.execute(&self.append, &[&number, &from, &to, &amount])?;
        if appended < number.len() as u64 {
            // The history has them already: a worker process was killed after it had committed
            // them, and before it could say so.
            transaction.rollback()?;
            return Ok(decision.verdicts);
        }
        let (accounts, balances) = decision.changes();
        transaction.execute(&self.change, &[&accounts, &balances])?;
        transaction.commit()?;
        Ok(decision.verdicts)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let Some(answer) = error.as_db_error() else {
            let broken =
                error.is_closed() || error.source().is_some_and(<dyn StdError>::is::<io::Error>);
            let reason = chain(&error);
            return if broken { Self::Lost(reason) } else { Self::Database(reason) };
        };
        let reason = answer.message().to_owned();
        // https://www.postgresql.org/docs/current/errcodes-appendix.html
        match answer.code().code() {
            // serialization_failure, deadlock_detected, lock_not_available
            "40001" | "40P01" | "55P03" => Self::Conflict(reason),
            // too_many_connections, cannot_connect_now
            "53300" | "57P03" => Self::Full(reason),
            // admin_shutdown, crash_shutdown
            "57P01" | "57P02" => Self::Lost(reason),
            _ => Self::Database(reason),
        }
    }
}

/// The fault of a connection that could not be made.
pub(crate) fn unconnected(error: &Error) -> Fault {
    match error.as_db_error() {
        Some(answer) if ["53300", "57P03"].contains(&answer.code().code()) => {
            Fault::Full(answer.message().into())
        }
        Some(answer) => Fault::Connect(answer.message().into()),
        None => Fault::Connect(chain(error)),
    }
}

/// Makes a schema of our own with the tables of one run in it.
pub(crate) fn create(
    server: &Server,
    settings: &Settings,
    opening: Opening,
    patience: Duration,
) -> Result<(), Fault> {
    let mut client = connect_within(&config(server), patience)?;
    let (schema, accounts) = (settings.schema(), settings.table("accounts"));
    let mut transaction = client.transaction()?;
    transaction.batch_execute(&format!(
        "CREATE SCHEMA {schema};
         CREATE TABLE {accounts} (id bigint PRIMARY KEY, balance bigint NOT NULL);
         CREATE TABLE {} (transfer bigint PRIMARY KEY, debited bigint NOT NULL,
                          credited bigint NOT NULL, amount bigint NOT NULL)",
        settings.table("history")
    ))?;
    transaction.execute(
        &format!(
            "INSERT INTO {accounts} SELECT id, $1 FROM generate_series(0, $2::bigint - 1) AS id"
        ),
        &[&opening.balance, &opening.accounts],
    )?;
    // Otherwise the server would plan the first statements for a table of unknown size.
    transaction.batch_execute(&format!("ANALYZE {accounts}"))?;
    transaction.commit()?;
    Ok(())
}

/// What stands in the tables.
pub(crate) fn books(
    server: &Server,
    settings: &Settings,
    patience: Duration,
) -> Result<Books, Fault> {
    let mut client = connect_within(&config(server), patience)?;
    let accounts = client.query(&settings.sql_of_accounts(), &[])?;
    let accounts = accounts.iter().map(|row| (row.get(1), row.get(2))).collect();
    let entries = client.query_one(&settings.sql_of_entries(), &[])?.get(0);
    Ok(Books { accounts, entries })
}

/// Removes the schema, if it is there, within about this time.
pub(crate) fn remove(
    server: &Server,
    settings: &Settings,
    patience: Duration,
) -> Result<(), Fault> {
    let mut config = config(server);
    config.connect_timeout(patience);
    let mut client = connect_within(&config, patience)?;
    let (schema, accounts) = (settings.schema(), settings.table("accounts"));
    client.batch_execute(&format!("SET statement_timeout = {}", patience.as_millis()))?;
    // Transactions may still be under way if Ctrl-C was pressed. Like this one, they all lock the
    // accounts first, so waiting for those cannot end in a deadlock over the history.
    let locked = client.batch_execute(&format!("BEGIN; LOCK TABLE {accounts}"));
    if locked.is_err() {
        client.batch_execute("ROLLBACK; BEGIN")?;
    }
    client.batch_execute(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE; COMMIT"))?;
    Ok(())
}
