//! The connections of the async cells. For PostgreSQL they use
//! [tokio-postgres](https://docs.rs/tokio-postgres) over the sockets of the cell's runtime. All
//! runtimes drive this same client, so comparing the cells compares runtimes, not clients. SQLite
//! has no sockets to wait for. It blocks, so its transactions are handed to the threads that a
//! runtime keeps for blocking calls.

use std::{fmt, future::poll_fn, pin::Pin, task::Poll};

use futures_lite::future::or;
use harness::{
    Limits,
    capacity::{self, NoRoom},
    unit::{On, Unit, awaiting},
};
use runtimes::Runtime;
use tokio_postgres::{Client, Error, NoTls};
use tokio_util::compat::FuturesAsyncReadCompatExt;

use crate::{
    attempts::{Attempts, Away, Next, Outcome, Verdicts},
    fault::Fault,
    ledger::Batch,
    place::{Place, Server},
    postgresql,
    settings::{Retries, Settings},
    sql::Sql,
    sqlite,
};

/// How many threads for blocking calls may be about to become idle, beyond one for each call.
const SPARE_THREADS: usize = 4;

/// Does a transaction: calls `attempt` with 0, then with 1 and so on, as long as another attempt
/// may help.
pub async fn transact<R: Runtime, F: Future<Output = Verdicts>>(
    batch: &Batch,
    retries: Retries,
    runtime: R,
    attempt: impl Fn(usize) -> F,
) -> Outcome {
    let work = async {
        let mut attempts = Attempts::new(batch, retries);
        loop {
            match attempts.after(attempt(attempts.number()).await) {
                Next::Pause(pause) => awaiting(On::Timer, runtime.sleep(pause)).await,
                Next::Done(outcome) => return outcome,
            }
        }
    };
    // The future is large, and some runtimes keep all of a task until its result is taken. In its
    // own box, it is freed as soon as it has ended.
    Unit::begin(batch.index).drive(Box::pin(work)).await
}

/// The connections for this run, on this runtime.
///
/// # Errors
/// There is no room for the threads that they need. async-std and smol start these later, and if
/// the system refuses one when no other is idle, they ask for it for ever.
pub fn connections<R: Runtime + Copy>(
    settings: &Settings,
    limits: Limits,
    runtime: R,
) -> Result<impl Iterator<Item = Connection<R>>, NoRoom> {
    let connections = settings.connections(limits);
    let that_block = match settings.place {
        Place::Sqlite(_) => connections,
        // One looks up the server's name.
        Place::Postgres(_) => 1,
    };
    // A thread whose call has just ended is not idle yet, so another may be started for the next
    // call. And one waits for sockets and timers.
    capacity::for_threads(2 * that_block + SPARE_THREADS + 1)?;
    Ok((0..connections).map(move |_| Connection::new(settings, runtime)))
}

/// A connection to the database. It is opened when it is first used, and again after it was lost.
/// It does one transaction at a time.
pub struct Connection<R> {
    runtime: R,
    settings: Settings,
    session: Option<Session>,
    away: Away,
}

enum Session {
    Sqlite(Box<sqlite::Session>),
    Postgres(Box<Postgres>),
}

impl<R: Runtime> Connection<R> {
    /// Makes a connection, on this runtime, to the database that these settings name.
    #[must_use]
    pub fn new(settings: &Settings, runtime: R) -> Self {
        Self { runtime, settings: settings.clone(), session: None, away: Away::default() }
    }

    /// Tries to do a transaction.
    pub async fn attempt(&mut self, batch: &Batch) -> Verdicts {
        // A session that is taken and not put back is closed: it was lost, or its task was
        // cancelled in the middle of a transaction.
        match self.session().await? {
            Session::Sqlite(mut session) => {
                let batch = batch.clone();
                let work = move || {
                    let result = session.attempt(&batch);
                    (session, result)
                };
                let done = self.runtime.unblock(work);
                let (session, result) = awaiting(On::Call, done).await;
                self.session = Some(Session::Sqlite(session));
                result
            }
            Session::Postgres(mut session) => {
                let result = awaiting(On::Server, session.attempt(batch)).await;
                if session.is_open() {
                    self.session = Some(Session::Postgres(session));
                }
                result
            }
        }
    }

    /// Takes the session, or a new one if there is none any more.
    async fn session(&mut self) -> Result<Session, Fault> {
        if let Some(session) = self.session.take() {
            return Ok(session);
        }
        let opening = open(&self.settings, &self.runtime);
        let opened = awaiting(On::Connection, opening).await;
        self.away.after(opened, self.settings.retries)
    }
}

async fn open<R: Runtime>(settings: &Settings, runtime: &R) -> Result<Session, Fault> {
    match &settings.place {
        Place::Sqlite(file) => {
            let (file, settings) = (file.clone(), settings.clone());
            let open = move || sqlite::Session::open(&file, &settings);
            Ok(Session::Sqlite(Box::new(runtime.unblock(open).await?)))
        }
        Place::Postgres(server) => {
            let session = Postgres::open(server, settings, runtime);
            let session = or(session, timeout(server, runtime)).await?;
            Ok(Session::Postgres(Box::new(session)))
        }
    }
}

async fn timeout<T, R: Runtime>(server: &Server, runtime: &R) -> Result<T, Fault> {
    let config = postgresql::config(server);
    let timeout = *config.get_connect_timeout().expect("`config` has made sure of one");
    runtime.sleep(timeout).await;
    Err(Fault::Away("the server does not answer".into()))
}

impl<R> fmt::Debug for Connection<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Moves the bytes of a connection, but only while it is polled. The task that uses the connection
/// does that, so it needs no task of its own.
struct Driver(Option<Pin<Box<Moving>>>);

/// A future that ends when the connection does.
type Moving = dyn Future<Output = Result<(), Error>> + Send;

impl Driver {
    /// Polls the connection together with an exchange over it.
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
struct Postgres {
    client: Client,
    driver: Driver,
    sql: Sql,
}

impl Postgres {
    async fn open<R: Runtime>(
        server: &Server,
        settings: &Settings,
        runtime: &R,
    ) -> Result<Self, Fault> {
        let stream = runtime.connect(&server.host, server.port).await;
        // The client is made for tokio's read and write traits; `compat` offers them.
        let stream = stream.map_err(|error| Fault::Away(error.to_string()))?.compat();
        let connected = postgresql::config(server).connect_raw(stream, NoTls).await;
        let (client, connection) = connected.map_err(|error| postgresql::unconnected(&error))?;
        let mut driver = Driver(Some(Box::pin(connection)));
        let sql = Sql::new(settings);
        driver.during(async { Ok(client.batch_execute(&sql.setup).await?) }).await?;
        Ok(Self { client, driver, sql })
    }

    /// Whether the server has kept the connection open.
    fn is_open(&self) -> bool {
        self.driver.0.is_some() && !self.client.is_closed()
    }

    /// Tries to do the transaction.
    async fn attempt(&mut self, batch: &Batch) -> Verdicts {
        let Self { client, driver, sql } = self;
        let result = driver.during(talk(client, sql, batch)).await;
        if result.is_err() && self.is_open() {
            let Self { client, driver, .. } = self;
            // A second reason would help nobody.
            let _ = driver.during(async { Ok(client.batch_execute("ROLLBACK").await?) }).await;
        }
        result
    }
}

async fn talk(client: &Client, sql: &Sql, batch: &Batch) -> Verdicts {
    let answer = client.simple_query(&sql.read(batch)).await?;
    let (message, verdicts) = sql.write(batch, &answer)?;
    if let Some(message) = message {
        client.batch_execute(&message).await?;
    }
    Ok(verdicts)
}
