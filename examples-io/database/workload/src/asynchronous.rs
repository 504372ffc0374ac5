//! The connections of the async cells. To PostgreSQL it is
//! [tokio-postgres](https://docs.rs/tokio-postgres) over the sockets of whichever runtime a cell
//! brings: all of them drive this same engine, so that a comparison of the cells compares runtimes
//! and not clients. SQLite has no sockets to wait for. It blocks, so its transactions are handed to
//! the threads that a runtime keeps for blocking calls.

use std::{fmt, future::poll_fn, pin::Pin, sync::Mutex, task::Poll};

use futures_lite::future::or;
use harness::unit::Unit;
use runtimes::Runtime;
use tokio_postgres::{Client, Error, NoTls, Statement, Transaction};
use tokio_util::compat::FuturesAsyncReadCompatExt;

use crate::{
    Batch, Fault, Isolation, Outcome, Settings, Verdict,
    attempts::{Attempts, Next},
    ledger::Decision,
    place::{Place, Server},
    postgresql::{self, Sql},
    sqlite,
};

/// Connections to the database. Tasks share the pool: each transaction takes an idle connection,
/// or opens one if there is none, so there are no more of them than transactions in flight.
pub struct Pool<R> {
    runtime: R,
    settings: Settings,
    idle: Mutex<Vec<Connection>>,
}

enum Connection {
    Sqlite(sqlite::Session),
    Postgres(Box<Session>),
}

impl<R: Runtime> Pool<R> {
    /// Makes a pool, on this runtime, of connections to the database that these settings name.
    #[must_use]
    pub fn new(settings: &Settings, runtime: R) -> Self {
        Self { runtime, settings: settings.clone(), idle: Mutex::default() }
    }

    /// Does a transaction, and tries again where the database asks for it.
    pub async fn transact(&self, batch: &Batch) -> Outcome {
        let work = async {
            let mut attempts = Attempts::new(batch, &self.settings);
            loop {
                match attempts.after(self.attempt(batch).await) {
                    Next::Pause(pause) => self.runtime.sleep(pause).await,
                    Next::Done(outcome) => return outcome,
                }
            }
        };
        // The future is large, and some runtimes keep all of a task until its result is taken. In a
        // box of its own it goes as soon as it has ended.
        Unit::begin(batch.index).drive(Box::pin(work)).await
    }

    async fn attempt(&self, batch: &Batch) -> Result<Vec<Verdict>, Fault> {
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.open().await?,
        };
        match connection {
            Connection::Sqlite(mut session) => {
                let batch = batch.clone();
                let work = move || {
                    let result = session.attempt(&batch);
                    (session, result)
                };
                let (session, result) = self.runtime.unblock(work).await;
                self.idle().push(Connection::Sqlite(session));
                result
            }
            Connection::Postgres(mut session) => {
                let result = session.attempt(batch).await;
                if session.is_open() {
                    self.idle().push(Connection::Postgres(session));
                }
                result
            }
        }
    }

    async fn open(&self) -> Result<Connection, Fault> {
        match &self.settings.place {
            Place::Sqlite(file) => {
                let (file, settings) = (file.clone(), self.settings.clone());
                let open = move || sqlite::Session::open(&file, &settings);
                self.runtime.unblock(open).await.map(Connection::Sqlite)
            }
            Place::Postgres(server) => {
                let session = Session::open(server, &self.settings, &self.runtime);
                let session = or(session, self.timeout(server)).await?;
                Ok(Connection::Postgres(Box::new(session)))
            }
        }
    }

    async fn timeout<T>(&self, server: &Server) -> Result<T, Fault> {
        let config = postgresql::config(server);
        let timeout = *config.get_connect_timeout().expect("`config` has made sure of one");
        self.runtime.sleep(timeout).await;
        Err(Fault::Connect("the server does not answer".into()))
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().expect("nobody panics while holding it")
    }
}

impl<R> fmt::Debug for Pool<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// What moves the bytes of a connection. It has to be polled for anything to happen, which the
/// task that uses the connection does: no task of its own is spawned for it.
struct Driver(Option<Pin<Box<Moving>>>);

/// What ends when the connection does.
type Moving = dyn Future<Output = Result<(), Error>> + Send;

impl Driver {
    /// Polls the connection along with what is said over it.
    async fn during<T>(
        &mut self,
        talk: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        let mut talk = std::pin::pin!(talk);
        poll_fn(|context| {
            if let Some(connection) = &mut self.0
                && let Poll::Ready(ended) = connection.as_mut().poll(context)
            {
                // A future that has ended must not be polled again.
                self.0 = None;
                ended?;
            }
            talk.as_mut().poll(context)
        })
        .await
    }
}

/// A connection to PostgreSQL that makes transfers.
struct Session {
    client: Client,
    driver: Driver,
    isolation: Isolation,
    statements: [Statement; 3],
}

impl Session {
    async fn open<R: Runtime>(
        server: &Server,
        settings: &Settings,
        runtime: &R,
    ) -> Result<Self, Fault> {
        let stream = runtime.connect(&server.host, server.port).await;
        // The client is made for tokio's read and write traits; `compat` offers them.
        let stream = stream.map_err(|error| Fault::Connect(error.to_string()))?.compat();
        let connected = postgresql::config(server).connect_raw(stream, NoTls).await;
        let (client, connection) = connected.map_err(|error| postgresql::unconnected(&error))?;
        let mut driver = Driver(Some(Box::pin(connection)));
        let sql = Sql::new(settings);
        let prepare = async {
            client.batch_execute(&sql.setup).await?;
            Ok([
                client.prepare(&sql.lock).await?,
                client.prepare(&sql.append).await?,
                client.prepare(&sql.change).await?,
            ])
        };
        let statements = driver.during(prepare).await?;
        Ok(Self { client, driver, isolation: settings.isolation, statements })
    }

    /// Whether the server has kept its end open.
    fn is_open(&self) -> bool {
        self.driver.0.is_some() && !self.client.is_closed()
    }

    /// Tries to do the transaction.
    async fn attempt(&mut self, batch: &Batch) -> Result<Vec<Verdict>, Fault> {
        let Self { client, driver, isolation, statements } = self;
        let level = (*isolation).into();
        driver
            .during(async {
                let transaction = client.build_transaction().isolation_level(level).start().await?;
                match write(&transaction, statements, batch).await {
                    Ok((Written::New, decision)) => {
                        transaction.commit().await?;
                        Ok(decision.verdicts)
                    }
                    Ok((Written::Nothing, decision)) => {
                        transaction.rollback().await?;
                        Ok(decision.verdicts)
                    }
                    Err(fault) => {
                        // Nobody would be helped by a second reason.
                        let _ = transaction.rollback().await;
                        Err(fault)
                    }
                }
            })
            .await
    }
}

/// Whether there is something to commit.
enum Written {
    New,
    Nothing,
}

/// Does what lies between the beginning of a transaction and its end.
async fn write(
    transaction: &Transaction<'_>,
    [lock, append, change]: &[Statement; 3],
    batch: &Batch,
) -> Result<(Written, Decision), Fault> {
    let rows = transaction.query(lock, &[&batch.accounts()]).await?;
    let balances = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let decision = batch.decide(&balances)?;
    if decision.done.is_empty() {
        return Ok((Written::Nothing, decision));
    }
    let [number, from, to, amount] = decision.entries();
    let appended = transaction.execute(append, &[&number, &from, &to, &amount]).await?;
    if appended < number.len() as u64 {
        // The history has them already, from an attempt of which nobody heard the end.
        return Ok((Written::Nothing, decision));
    }
    let (accounts, balances) = decision.changes();
    transaction.execute(change, &[&accounts, &balances]).await?;
    Ok((Written::New, decision))
}
