//! The accounts in PostgreSQL: how to connect, the meaning of its errors, and a connection with the
//! crate [postgres](https://docs.rs/postgres).
//!
//! The database is a server. A transaction sends it two messages (see `sql.rs`) and waits for each
//! answer. Before the second answer the server waits for its disk.

use std::{
    error::Error as StdError,
    io, thread,
    time::{Duration, Instant},
};

use postgres::{Client, NoTls};
use tokio_postgres::{Config, Error};

use crate::{
    attempts::{self, Verdicts},
    books::Books,
    fault::{Fault, chain},
    ledger::{Batch, Opening},
    place::Server,
    settings::Settings,
    sql::Sql,
};

/// How long connecting may take, unless the URL says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

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

/// Connects before the job or after it. If the server takes no more connections for now, this waits
/// for one, up to that time, since the server needs a moment to close those that were just dropped.
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
    sql: Sql,
}

impl Session {
    pub(crate) fn open(server: &Server, settings: &Settings) -> Result<Self, Fault> {
        let sql = Sql::new(settings);
        let mut client = connect(config(server))?;
        client.batch_execute(&sql.setup)?;
        Ok(Self { client, sql })
    }

    /// Whether the server has kept the connection open.
    pub(crate) fn is_open(&self) -> bool {
        !self.client.is_closed()
    }

    /// Tries to do the transaction.
    pub(crate) fn attempt(&mut self, batch: &Batch) -> Verdicts {
        let result = self.talk(batch);
        if result.is_err() {
            // A second reason would help nobody.
            let _ = self.client.batch_execute("ROLLBACK");
        }
        result
    }

    fn talk(&mut self, batch: &Batch) -> Verdicts {
        let answer = self.client.simple_query(&self.sql.read(batch))?;
        let (message, verdicts) = self.sql.write(batch, &answer)?;
        if let Some(message) = message {
            self.client.batch_execute(&message)?;
        }
        Ok(verdicts)
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
            // serialization_failure, deadlock_detected, lock_not_available, and query_canceled,
            // which PostgreSQL reports if a lock_timeout ends just when the lock becomes free.
            "40001" | "40P01" | "55P03" | "57014" => Self::Conflict(reason),
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
    let Some(answer) = error.as_db_error() else { return Fault::Away(chain(error)) };
    let reason = answer.message().into();
    match answer.code().code() {
        // too_many_connections, cannot_connect_now
        "53300" | "57P03" => Fault::Full(reason),
        // admin_shutdown, crash_shutdown
        "57P01" | "57P02" => Fault::Away(reason),
        _ => Fault::Connect(reason),
    }
}

/// Makes our own schema, with the tables of one run.
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

/// The contents of the tables.
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
    // After Ctrl-C, transactions may still be under way. Like this one, they all lock the accounts
    // first, so there can be no deadlock over the history.
    let locked = client.batch_execute(&format!("BEGIN; LOCK TABLE {accounts}"));
    if locked.is_err() {
        client.batch_execute("ROLLBACK; BEGIN")?;
    }
    client.batch_execute(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE; COMMIT"))?;
    Ok(())
}
